// Keeps its connections, and tells how much memory is in use once what is dead has been collected.
import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const server = createServer((req, res) => {
  if (req.url !== '/used') return res.end('Hello, World!');
  // Buffers are given back in turns of their own.
  setTimeout(() => {
    gc();
    setTimeout(() => {
      gc();
      const { heapUsed, external } = process.memoryUsage();
      res.end(String(heapUsed + external));
    }, 100);
  }, 100);
});
server.keepAliveTimeout = 0;
server.listen(process.env.PORT ?? 0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

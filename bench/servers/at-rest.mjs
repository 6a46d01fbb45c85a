// Keeps its connections, and tells how much memory is in use once what is dead has been collected.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

/** Buffers are given back in turns of their own. */
async function usedBytes() {
  for (let i = 0; i < 2; i += 1) {
    await delay(100);
    gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const server = createServer((req, res) => {
  if (req.url === '/used') void usedBytes().then((bytes) => res.end(String(bytes)));
  else res.end('Hello, World!');
});
server.keepAliveTimeout = 0;
server.listen(process.env.PORT ?? 0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

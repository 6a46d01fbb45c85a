// Every turn of its event loop takes TURN_MS milliseconds, whatever else it does.
import { createServer } from 'node:http';

const turnMs = Number(process.env.TURN_MS);
const server = createServer((_req, res) => res.end('Hello, World!'));
server.listen(0, '127.0.0.1', () => {
  console.log(`listening ${server.address().port}`);
  setInterval(() => {
    const endMs = performance.now() + turnMs;
    while (performance.now() < endMs);
  }, 0);
});

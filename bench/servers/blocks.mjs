// GET /call and GET /loop keep the event loop busy for a minute: in a synchronous call that waits, and in a loop that computes.
import { createServer } from 'node:http';

const BLOCK_MS = 60_000;
const server = createServer((req, res) => {
  if (req.url === '/call') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS);
  if (req.url === '/loop') {
    const endMs = performance.now() + BLOCK_MS;
    while (performance.now() < endMs);
  }
  res.end(String(process.pid));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

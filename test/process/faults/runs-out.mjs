// GET /heap fills the JavaScript heap within one turn of the event loop; GET /memory fills memory outside of it.
import { createServer } from 'node:http';

const kept = [];

const server = createServer((req, res) => {
  res.end(JSON.stringify({ pid: process.pid, method: req.method, bytes: 0 }), () => {
    if (req.url === '/heap') for (;;) kept.push(Array.from({ length: 120 }).fill(kept.length));
    if (req.url === '/memory') for (;;) kept.push(Buffer.alloc(1024 * 1024, 1));
  });
});
server.listen(process.env.PORT ?? 0, () => console.log(`listening ${server.address().port}`));

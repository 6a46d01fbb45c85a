// What the caches are in front of: GET /<n>?<anything> answers with n bytes that are fresh for an hour; GET /asked says how often.
import { createServer } from 'node:http';

const bodies = new Map();
let asked = 0;

const server = createServer((request, response) => {
  if (request.url === '/asked') {
    response.setHeader('cache-control', 'no-store');
    response.end(String(asked));
    return;
  }
  asked += 1;
  const bytes = Number(/^\/(\d+)/.exec(request.url)?.[1]);
  if (!bodies.has(bytes)) bodies.set(bytes, Buffer.alloc(bytes, 'x'));
  response.writeHead(200, {
    'cache-control': 'max-age=3600',
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes,
    etag: `"${bytes}"`,
    'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
  });
  response.end(bodies.get(bytes));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

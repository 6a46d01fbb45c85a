// From the first GET /leak?mb=… on every request keeps something for ever, so much a second in all; GET /hold?mb=…&garbage=…
// keeps that much once and then only makes garbage, so much a second. GET /leak-buffers?mb=… keeps Buffers, so many a second.
import { createServer } from 'node:http';

const kept = [];
const MB = 1024 * 1024;
let mbPerSecond = 0;
let garbageMbPerSecond = 0;
let lastMs = 0;

/** Objects of about that many bytes, not buffers: those are outside of the heap. */
function allocate(bytes) {
  const objects = [];
  for (let used = 0; used < bytes; used += 1000) objects.push(Array.from({ length: 120 }).fill(used));
  return objects;
}

function leakSomething(bytes) {
  kept.push(allocate(bytes));
}

const server = createServer((req, res) => {
  const { pathname, searchParams } = new URL(req.url, 'http://localhost');
  if (pathname === '/leak') {
    mbPerSecond = Number(searchParams.get('mb'));
    garbageMbPerSecond = Number(searchParams.get('garbage'));
    lastMs = performance.now();
  }
  if (pathname === '/leak-buffers') {
    const bytes = (Number(searchParams.get('mb')) * MB) / 50;
    setInterval(() => kept.push(Buffer.alloc(bytes, 'x')), 20).unref();
  }
  if (pathname === '/hold') {
    kept.push(allocate(Number(searchParams.get('mb')) * MB));
    garbageMbPerSecond = Number(searchParams.get('garbage'));
  }
  if (mbPerSecond > 0) {
    const nowMs = performance.now();
    leakSomething(((nowMs - lastMs) / 1000) * mbPerSecond * MB);
    lastMs = nowMs;
  }
  let bytes = 0;
  req.on('data', (chunk) => (bytes += chunk.length));
  req.on('end', () => res.end(JSON.stringify({ pid: process.pid, method: req.method, bytes })));
});
// Lives long enough to grow old, as what belongs to a request that waits does.
const garbage = [];
setInterval(() => {
  garbage.push(allocate((garbageMbPerSecond / 50) * MB));
  if (garbage.length > 10) garbage.shift();
}, 20).unref();
server.listen(process.env.PORT ?? 0, () => console.log(`listening ${server.address().port}`));

// Servers whose behaviour is known, for the load generator. They look at the clock in every iteration of the event loop, and parse nothing:
// a read is a request.
import { createServer } from 'node:net';

const { MODE = 'at once', SERVICE_MS = '2', STALL_MS = '500', STALL_EVERY_MS = '2500' } = process.env;
const serviceMs = Number(SERVICE_MS);

const body = 'x'.repeat(1024);
const response = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);

/** Responses under way, in the order of their ends. */
const waiting = [];
let freeMs = 0;

/** First come, first served, and each request takes as long (M/D/1). */
function oneAfterTheOther(socket) {
  freeMs = Math.max(freeMs, performance.now()) + serviceMs;
  waiting.push({ socket, endMs: freeMs });
}

/** Nothing is answered for half a second, again and again. */
function withStalls(socket) {
  const nowMs = performance.now();
  const phaseMs = nowMs % Number(STALL_EVERY_MS);
  const stalls = phaseMs < Number(STALL_MS);
  if (stalls) waiting.push({ socket, endMs: nowMs - phaseMs + Number(STALL_MS) });
  else socket.write(response);
}

function look() {
  const nowMs = performance.now();
  while (waiting.length > 0 && waiting[0].endMs <= nowMs) waiting.shift().socket.write(response);
  setImmediate(look);
}

const handle = {
  'at once': (socket) => socket.write(response),
  'one after the other': oneAfterTheOther,
  'with stalls': withStalls,
}[MODE];
if (MODE !== 'at once') look();

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('data', () => handle(socket));
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

// A service that others depend on, or that depends on one itself. What each request takes: TURN_MS, one
// after the other and whether its caller is still there or not; or HOLD_MS of one of SLOTS (a pool whose queue forgets callers that leave). UPSTREAM: a service that it calls for each request with CLIENT.
// CACHE_CONTROL: what responses that are no errors say.
// POST /control?down=1 | down=0 | stall=ms sets its state, GET /counts tells arrivals by tenth of a second, and POSTs by their id.
import { createServer } from 'node:http';
import { callerOf } from '../outbound/clients.mjs';

const { TURN_MS = '0', HOLD_MS = '0', SLOTS = '1', UPSTREAM, CLIENT = 'bare', CACHE_CONTROL } = process.env;
const fields = CACHE_CONTROL === undefined ? {} : { 'cache-control': CACHE_CONTROL, etag: '"1"' };
const call = UPSTREAM === undefined ? undefined : callerOf(CLIENT);
const arrivals = {};
const delivered = {};
let down = false;
/** When all turns so far are over. */
let turnsEndMs = 0;
let free = Number(SLOTS);
const queue = [];

/** Waits for its turn and for its end. Does not use the processor, so that a busy machine has the same capacity. */
async function takeTurn(ms) {
  turnsEndMs = Math.max(performance.now(), turnsEndMs) + ms;
  await new Promise((resolve) => setTimeout(resolve, turnsEndMs - performance.now()));
}

/** One slot for a time. Who leaves while waiting for it is forgotten. */
async function hold(response) {
  if (free === 0) {
    const turn = Promise.withResolvers();
    queue.push(turn);
    response.once('close', () => {
      const i = queue.indexOf(turn);
      if (i !== -1) queue.splice(i, 1);
    });
    await turn.promise;
  } else free -= 1;
  await new Promise((resolve) => setTimeout(resolve, Number(HOLD_MS)));
  const next = queue.shift();
  if (next === undefined) free += 1;
  else next.resolve();
}

async function serve(request, response) {
  if (down) return 503;
  if (TURN_MS !== '0') await takeTurn(Number(TURN_MS));
  if (HOLD_MS !== '0') await hold(response);
  return call === undefined ? 200 : await call(UPSTREAM, {});
}

function control(url, response) {
  const { searchParams } = url;
  if (searchParams.has('down')) down = searchParams.get('down') === '1';
  if (searchParams.has('stall')) void takeTurn(Number(searchParams.get('stall')));
  response.end();
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/control') return control(url, response);
  if (url.pathname === '/counts') return response.end(JSON.stringify({ arrivals, delivered }));
  const tenth = Math.floor(Date.now() / 100);
  arrivals[tenth] = (arrivals[tenth] ?? 0) + 1;
  const id = url.searchParams.get('id');
  if (id !== null) delivered[id] = (delivered[id] ?? 0) + 1;
  serve(request, response).then(
    (status) => response.writeHead(status, status < 400 ? fields : {}).end(),
    () => response.writeHead(502).end(),
  );
});
server.listen(process.env.PORT ?? 0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

// Sends made-up requests through a server's `emit`, without sockets, and says what each took of the processor and how many bytes
// of it outlived minor garbage collections. SIDE: `bare` has an `emit` of its own that passes everything on, `respite` is protected.
import { EventEmitter } from 'node:events';
import { createServer, ServerResponse } from 'node:http';
import { GCProfiler } from 'node:v8';
import { protect } from 'respite';

const REQUESTS_OF_A_TURN = Number(process.env.REQUESTS_OF_A_TURN);
const WARM_UP_TURNS = 10_000;
const turns = Number(process.env.TURNS);

const ROUTES = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [`GET /service-${i}/:id`, i % 2 === 0 ? 'critical' : 'sheddable']),
);

/** As Node.js ends a response that was handed to the kernel. */
function handle({ socket }, response) {
  socket._httpMessage = response;
  response.finished = true;
  response.detachSocket(socket);
}

function prepare(side) {
  const server = createServer(handle);
  if (side === 'respite') {
    protect(server, { routes: ROUTES });
    return server;
  }
  const { emit } = server;
  server.emit = function passOn(event, first, second) {
    return emit.call(this, event, first, second);
  };
  return server;
}

const requests = Array.from({ length: REQUESTS_OF_A_TURN }, (_, i) => ({
  httpVersionMajor: 1,
  method: 'GET',
  url: `/service-${i % 20}/${i}?page=1`,
  headers: { host: 'example.org', accept: '*/*', 'user-agent': 'bench' },
  socket: new EventEmitter(),
}));
// Each came on a connection of its own, and is what the parser of that has read last.
for (const request of requests) request.socket.parser = { incoming: request };

/** Milliseconds in requests alone: what the event loop does between turns is not theirs. */
async function run(server, count) {
  let spentMs = 0;
  for (let turn = 0; turn < count; turn += 1) {
    const startedMs = performance.now();
    for (const request of requests) server.emit('request', request, new ServerResponse(request));
    spentMs += performance.now() - startedMs;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return spentMs;
}

/** What each minor collection left alive in the young generation, or moved to the old one. */
function survivingBytes({ statistics }) {
  let bytes = 0;
  for (const { gcType, beforeGC, afterGC } of statistics) {
    if (gcType !== 'Scavenge') continue;
    const used = (heap, space) =>
      heap.heapSpaceStatistics.find(({ spaceName }) => spaceName === space).spaceUsedSize;
    bytes += used(afterGC, 'new_space') + used(afterGC, 'old_space') - used(beforeGC, 'old_space');
  }
  return bytes;
}

const server = prepare(process.env.SIDE);
await run(server, WARM_UP_TURNS);
const profiler = new GCProfiler();
profiler.start();
const spentMs = await run(server, turns);
const profile = profiler.stop();
const count = turns * REQUESTS_OF_A_TURN;
console.log(
  JSON.stringify({
    nsPerRequest: (spentMs * 1e6) / count,
    survivingBytes: survivingBytes(profile),
    minorCollections: profile.statistics.filter(({ gcType }) => gcType === 'Scavenge').length,
  }),
);

// Counts made-up requests as a worker does, with a file that outlives it, and says what each took of the processor and of the heap.
// SIDE: `bare` calls functions that do nothing. Internals, since the public way to them is a process with sockets.
import { getHeapStatistics } from 'node:v8';
import { CounterTable } from '../../src/core/counter-table.ts';
import { openCounterFile } from '../../src/supervisor/workers/counters/open-file.ts';
import { Durations } from '../../src/worker/durations.ts';
import { WrittenCounters } from '../../src/worker/written-counters.ts';

const REQUESTS_OF_A_TURN = Number(process.env.REQUESTS_OF_A_TURN);
const WARM_UP_TURNS = 5000;
const turns = Number(process.env.TURNS);
/** What a request takes anyhow, so that time goes by as it does in a server at its limit. */
const REQUEST_US = 50;

const table = new CounterTable();
const descriptor = openCounterFile();
const durations = new Durations(table);
const written = new WrittenCounters(table, descriptor, (error) => {
  throw error;
});
const decided = table.addRow({ kind: 'decided', criticality: 'critical', route: '' });

const respite = {
  answering(route, method, status, seconds, nowMs) {
    table.add(decided, 0, 1);
    const announced = durations.answering(route, method, status, seconds);
    written.answered(nowMs);
    return announced;
  },
  ended(announced, route, method, status, seconds) {
    durations.ended(announced, route, method, status, seconds, undefined);
  },
};
const bare = { answering: (route) => route.length, ended: (announced) => announced };
const observer = process.env.SIDE === 'respite' ? respite : bare;

/** Numbers as their own objects, as those are that come from the clock: made here, so that none has to be made for a request. */
const boxed = (numbers) => ['not only numbers', ...numbers];

const METHODS = ['GET', 'GET', 'GET', 'POST'];
const STATUSES = [200, 200, 200, 200, 404, 503];
const requests = Array.from({ length: REQUESTS_OF_A_TURN }, (_, i) => ({
  route: `GET /service-${i % 200}/:id`,
  method: METHODS[i % METHODS.length],
  status: STATUSES[i % STATUSES.length],
}));
const durationsSeconds = boxed(requests.map((_, i) => (i % 10) / 40));

/** When requests come, from any origin: as if they themselves took their time. */
const timesMs = boxed(
  Array.from({ length: (WARM_UP_TURNS + turns) * REQUESTS_OF_A_TURN }, (_, i) => (i * REQUEST_US) / 1000),
);

/** Microseconds of the processor in this thread. */
async function run(firstTurn, count) {
  const before = process.threadCpuUsage();
  let at = firstTurn * REQUESTS_OF_A_TURN;
  for (let turn = 0; turn < count; turn += 1) {
    for (let i = 0; i < requests.length; i += 1) {
      const { route, method, status } = requests[i];
      at += 1;
      const announced = observer.answering(route, method, status, durationsSeconds[i + 1], timesMs[at]);
      observer.ended(announced, route, method, status, durationsSeconds[i + 1]);
    }
    if (turn % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

await run(0, WARM_UP_TURNS);
const before = getHeapStatistics().total_allocated_bytes;
const spentUs = await run(WARM_UP_TURNS, turns);
const allocated = getHeapStatistics().total_allocated_bytes - before;
const count = turns * REQUESTS_OF_A_TURN;
console.log(JSON.stringify({ nsPerRequest: (spentUs * 1e3) / count, bytesPerRequest: allocated / count }));

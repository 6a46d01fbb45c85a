// What a scrape takes of the supervisor: the counters of 16 workers with 200 routes each are read, summed and rendered. And what a
// second takes of it without one: the samples that workers send.
import { deserialize, serialize } from 'node:v8';
import { CounterWriter } from '../../src/core/counter-file.ts';
import { CounterTable } from '../../src/core/counter-table.ts';
import { openCounterFile } from '../../src/supervisor/workers/counters/open-file.ts';
import { Totals } from '../../src/supervisor/workers/counters/totals.ts';
import {
  durationIn,
  requestsIn,
  WorkerCounters,
} from '../../src/supervisor/workers/counters/worker-counters.ts';
import { chooseFormat, renderMetrics } from '../../src/telemetry/index.ts';
import { Durations } from '../../src/worker/durations.ts';

const WORKERS = Number(process.env.WORKERS);
const ROUTES = Number(process.env.ROUTES);
const SERIES = [
  ['GET', 200],
  ['GET', 404],
  ['POST', 503],
];
const scrapes = Number(process.env.SCRAPES);

const totals = new Totals(() => {});
const workers = Array.from({ length: WORKERS }, (_, i) => {
  const table = new CounterTable();
  const descriptor = openCounterFile();
  totals.join(i + 1, new WorkerCounters(descriptor));
  const decided = Array.from({ length: ROUTES }, (__, route) =>
    table.addRow({ kind: 'decided', criticality: 'critical', route: `/api/things-${route}/:id` }),
  );
  return { table, decided, durations: new Durations(table), writer: new CounterWriter(table, descriptor) };
});

function work() {
  for (const { table, decided, durations, writer } of workers) {
    for (let route = 0; route < ROUTES; route += 1) {
      table.add(decided[route], 0, SERIES.length);
      for (const [method, status] of SERIES) {
        durations.ended(-1, `/api/things-${route}/:id`, method, status, Math.random(), undefined);
      }
    }
    writer.flush();
  }
}

/** Milliseconds of the processor that `what` takes in this thread. */
function time(what) {
  const before = process.threadCpuUsage();
  what();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

let bytes = 0;

function scrape(accept) {
  const snapshot = {
    workers: [],
    restarts: {},
    incidentCounts: { ended: {}, open: {} },
    totals: totals.read(),
  };
  const text = renderMetrics(snapshot, chooseFormat(accept));
  bytes = Buffer.from(text).length;
}

const found = { text: [], openmetrics: [] };
for (let i = 0; i < scrapes; i += 1) {
  work();
  found.text.push(time(() => scrape('text/plain')));
  work();
  found.openmetrics.push(time(() => scrape('application/openmetrics-text')));
}

/** What the samples of a second would take if they carried what was counted. */
const [{ table }] = workers;
const carried = {
  requests: requestsIn(table.labels, table.cells),
  duration: durationIn(table.labels, table.cells),
};
let carriedBytes = 0;
const carriedMs = time(() => {
  for (let worker = 0; worker < WORKERS; worker += 1) {
    const message = serialize(carried);
    carriedBytes += message.length;
    deserialize(message);
  }
});
console.log(JSON.stringify({ ...found, bytes, carriedMs, carriedBytes }));
process.exit(0);

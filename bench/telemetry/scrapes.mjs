// What a scrape takes of the supervisor: the counters of 16 workers with 200 routes each are read, summed and rendered. And what a
// second takes of it without one: the samples that workers send.
import { deserialize, serialize } from 'node:v8';
import { CounterWriter } from '../../src/core/counter-file.ts';
import { CounterTable } from '../../src/core/counter-table.ts';
import { openCounterFile } from '../../src/supervisor/counters/open-file.ts';
import { Totals } from '../../src/supervisor/counters/totals.ts';
import { durationIn, requestsIn, WorkerCounters } from '../../src/supervisor/counters/worker-counters.ts';
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

function scrape(accept) {
  const startedMs = performance.now();
  const snapshot = {
    workers: [],
    restarts: {},
    incidentCounts: { ended: {}, open: {} },
    totals: totals.read(),
  };
  const text = renderMetrics(snapshot, chooseFormat(accept));
  const { length } = Buffer.from(text);
  return { ms: performance.now() - startedMs, length };
}

const found = { text: [], openmetrics: [] };
let bytes = 0;
for (let i = 0; i < scrapes; i += 1) {
  work();
  const { ms, length } = scrape('text/plain');
  found.text.push(ms);
  bytes = length;
  work();
  found.openmetrics.push(scrape('application/openmetrics-text').ms);
}

/** What the samples of a second would take if they carried what was counted. */
const [{ table }] = workers;
const carried = {
  requests: requestsIn(table.labels, table.cells),
  duration: durationIn(table.labels, table.cells),
};
const startedMs = performance.now();
let carriedBytes = 0;
for (let worker = 0; worker < WORKERS; worker += 1) {
  const message = serialize(carried);
  carriedBytes += message.length;
  deserialize(message);
}
const carriedMs = performance.now() - startedMs;
console.log(JSON.stringify({ ...found, bytes, carriedMs, carriedBytes }));
process.exit(0);

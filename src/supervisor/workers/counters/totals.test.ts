import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NOT_ANNOUNCED } from '../../../admission/index.ts';
import { CounterTable } from '../../../core/counter-table.ts';
import type { Instrument } from '../../../core/instruments.ts';
import { Durations } from '../../../worker/durations.ts';
import type { SentSample } from '../../../worker/index.ts';
import { Totals } from './totals.ts';
import { WorkerCounters } from './worker-counters.ts';

const SENT: SentSample = {
  admission: {
    limit: 1,
    inFlight: 0,
    bodyBudgetBytes: 1,
    bytesInFlight: 0,
    utilization: 0,
    refusedShare: 0,
    pressure: [],
    connectionsRefused: 0,
  },
  eventLoopUtilization: 0,
  eventLoopDelayP99Seconds: 0,
  rssBytes: 0,
  heapUsedBytes: 0,
  cpuSeconds: 0,
  instruments: [],
  counters: undefined,
  exemplars: [],
};

/** A worker that reports what it counts, instead of writing it to a file. */
class Worker {
  readonly table: CounterTable = new CounterTable();
  readonly durations: Durations = new Durations(this.table);
  readonly counters: WorkerCounters = new WorkerCounters(undefined, () => {});

  constructor() {
    this.table.addRow({ kind: 'connections' });
    this.table.addRow({ kind: 'decided', criticality: 'critical', route: '/a' });
  }

  answer(route: string, status: number): void {
    this.table.add(1, 0, 1);
    this.durations.ended(NOT_ANNOUNCED, route, 'GET', status, 1, undefined);
  }

  report(): void {
    const counters = { labels: [...this.table.labels], cells: this.table.cells.slice() };
    this.counters.complete({ ...SENT, counters });
  }
}

function totalOf(totals: Totals): number {
  return totals
    .read()
    .duration.series.reduce((sum, { counts }) => sum + counts.reduce((own, count) => own + count, 0), 0);
}

const never = (): void => assert.fail('no route is folded');

test('the same series of two workers are one, other series stay apart, and none goes when its worker does', () => {
  const totals = new Totals(never);
  const [one, two] = [new Worker(), new Worker()];
  totals.join(1, one.counters);
  totals.join(2, two.counters);
  one.answer('/a', 200);
  two.answer('/a', 404);
  two.answer('/a', 200);
  two.table.add(0, 0, 3);
  one.report();
  two.report();
  const before = totals.read();
  totals.leave(2);
  totals.leave(2);
  assert.deepEqual(totals.read(), before);
  one.answer('/a', 200);
  one.report();
  const { requests, connectionsRefused, duration } = totals.read();
  assert.equal(connectionsRefused, 3);
  assert.deepEqual(requests, [
    { decision: 'admitted', reason: '', criticality: 'critical', route: '/a', count: 4 },
  ]);
  assert.deepEqual(
    duration.series.map(({ status, counts, sumSeconds }) => [status, counts[9], sumSeconds]),
    [
      [200, 3, 3],
      [404, 1, 1],
    ],
  );
});

test('what a worker was answering when it died counts, and only then', () => {
  const totals = new Totals(never);
  const worker = new Worker();
  totals.join(1, worker.counters);
  const ended = worker.durations.answering('/a', 'GET', 200, 0.001);
  worker.durations.answering('/a', 'GET', 200, 0.001);
  worker.durations.ended(ended, '/a', 'GET', 200, 0.002, undefined);
  worker.report();
  assert.equal(totalOf(totals), 1);
  totals.leave(1);
  assert.equal(totalOf(totals), 2);
});

test('sixteen workers with 200 routes each: 200 labels, one for the rest, nothing uncounted, and it is said once', () => {
  let said = 0;
  const totals = new Totals(() => (said += 1));
  for (let id = 1; id <= 16; id += 1) {
    const worker = new Worker();
    totals.join(id, worker.counters);
    for (let i = 0; i < 200; i += 1) worker.answer(`GET /${id}/${i}`, 200);
    worker.report();
  }
  const { requests, duration } = totals.read();
  const routes = new Set([...requests, ...duration.series].map(({ route }) => route));
  assert.equal(routes.size, 201);
  assert.equal(duration.series.length, 200, 'one is that of the decisions');
  assert.equal(totalOf(totals), 16 * 200);
  assert.equal(said, 1);
});

test('no counter ever goes down, whenever workers report, are looked at and end', () => {
  const step = fc.record({
    worker: fc.nat(3),
    what: fc.constantFrom('answer', 'report', 'look', 'replace'),
    route: fc.nat(300),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const totals = new Totals(() => {});
      let lastId = 4;
      const workers = Array.from({ length: 4 }, (_, i) => ({ id: i + 1, worker: new Worker() }));
      for (const { id, worker } of workers) totals.join(id, worker.counters);
      const seen = new Map<string, number>();
      let answered = 0;
      for (const { worker: at, what, route } of steps) {
        const slot = workers[at] ?? assert.fail();
        if (what === 'answer') {
          slot.worker.answer(`/${route}`, 200);
          answered += 1;
        } else if (what === 'report') slot.worker.report();
        else if (what === 'replace') {
          slot.worker.report();
          totals.leave(slot.id);
          slot.id = lastId += 1;
          slot.worker = new Worker();
          totals.join(slot.id, slot.worker.counters);
        } else {
          for (const { route: label, counts } of totals.read().duration.series) {
            const count = counts.reduce((sum, own) => sum + own, 0);
            assert.ok(count >= (seen.get(label) ?? 0));
            seen.set(label, count);
          }
        }
      }
      for (const { worker } of workers) worker.report();
      assert.equal(totalOf(totals), answered);
    }),
  );
});

test('instruments: counters are summed over all workers and times, gauges are of now', () => {
  const totals = new Totals(never);
  const report = (value: number): Instrument[] => [
    { name: 'a_total', help: 'Help.', type: 'counter', series: [{ labels: { x: '1' }, value }] },
    { name: 'b', help: 'Help.', type: 'gauge', series: [{ labels: {}, value }] },
  ];
  totals.join(1, new Worker().counters);
  totals.report(1, report(2));
  totals.report(1, report(3));
  totals.leave(1);
  totals.join(2, new Worker().counters);
  totals.report(2, report(4));
  totals.report(9, report(100));
  assert.deepEqual(totals.read().instruments, [
    { name: 'a_total', help: 'Help.', type: 'counter', series: [{ labels: { x: '1' }, value: 7 }] },
  ]);
});

test('the newest traced request of each bucket is kept, of whatever worker, also of one that has ended', () => {
  const totals = new Totals(never);
  for (const [id, atMs] of [
    [1, 2000],
    [2, 1000],
  ] as const) {
    const worker = new Worker();
    totals.join(id, worker.counters);
    worker.answer('/a', 200);
    const counters = { labels: worker.table.labels, cells: worker.table.cells };
    const exemplars = [{ row: 2, bucket: 9, traceId: `of ${id}`, value: 1, atMs }];
    worker.counters.complete({ ...SENT, counters, exemplars });
    totals.leave(id);
  }
  const [series] = totals.read().duration.series;
  assert.deepEqual(series?.exemplars?.[9], { traceId: 'of 1', value: 1, atMs: 2000 });
});

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { ToSupervisor, ToWorker } from '../../../worker/index.ts';
import type { WorkerState } from '../status.ts';
import { ScriptMetricsGatherer } from './script-metrics.ts';

/** A worker that counts. */
class FakeWorker extends EventEmitter<{ message: [ToSupervisor]; exit: [] }> {
  state: WorkerState = 'ready';
  count = 0;
  asked = 0;
  answers = true;
  readonly id: number;
  readonly slot: number;

  constructor(id: number, slot: number = id) {
    super();
    this.id = id;
    this.slot = slot;
  }

  tell(message: ToWorker): void {
    assert.equal(message.kind, 'ask-metrics');
    this.asked += 1;
    if (this.answers) this.answer();
  }

  answer(problem?: string, leftOut: number = 0): void {
    const series = { help: '', aggregator: 'sum', series: ['orders'], values: Float64Array.of(this.count) };
    const families = problem === undefined ? [{ name: 'orders', type: 'counter', ...series } as const] : [];
    this.emit('message', { kind: 'script-metrics', families, leftOut, problem });
  }
}

interface Stage {
  readonly gatherer: ScriptMetricsGatherer<FakeWorker>;
  readonly workers: Set<FakeWorker>;
  readonly warnings: string[];
  /** What is shown. */
  orders(): Promise<number | undefined>;
}

function stage(...all: readonly FakeWorker[]): Stage {
  return stageWith(5, all);
}

function stageWith(answerMs: number, all: readonly FakeWorker[]): Stage {
  const workers = new Set(all);
  const warnings: string[] = [];
  const log = { warn: (_fields: object, text: string) => warnings.push(text) };
  const gatherer = new ScriptMetricsGatherer(workers, log, answerMs);
  return {
    gatherer,
    workers,
    warnings,
    orders: async () => (await gatherer.gather()).families[0]?.samples[0]?.[1],
  };
}

test('all workers that serve are asked, and added up', async () => {
  const [one, two, starting] = [new FakeWorker(1), new FakeWorker(2), new FakeWorker(3)];
  starting.state = 'starting';
  [one.count, two.count] = [2, 3];
  const { orders } = stage(one, two, starting);
  assert.equal(await orders(), 5);
  assert.equal(starting.asked, 0);
});

test('a scrape does not wait for a worker that dies meanwhile', async () => {
  const [one, two] = [new FakeWorker(1), new FakeWorker(2)];
  [one.count, two.answers] = [2, false];
  const { orders, gatherer } = stageWith(60_000, [one, two]);
  const shown = orders();
  two.emit('exit');
  assert.equal(await shown, 2);
  two.answers = true;
  assert.equal((await gatherer.gather()).leftOut.timeout, 0);
});

test('a worker that does not answer in time is left out and counted, and what it has counted is not', async () => {
  const [one, two] = [new FakeWorker(1), new FakeWorker(2)];
  [one.count, two.count] = [2, 3];
  const { orders, gatherer } = stage(one, two);
  assert.equal(await orders(), 5);
  two.answers = false;
  one.count = 4;
  assert.equal(await orders(), 7);
  assert.deepEqual((await gatherer.gather()).leftOut, { timeout: 2, failed: 0, 'too-large': 0 });
  // Late, it is told all the same.
  two.count = 10;
  two.answer();
  assert.equal(await orders(), 14);
});

test('one that is blocked is not waited for', async () => {
  const one = new FakeWorker(1);
  one.state = 'unresponsive';
  const { gatherer } = stage(one);
  assert.equal((await gatherer.gather()).leftOut.timeout, 1);
  assert.equal(one.asked, 0);
});

test('what a worker tells as it ends is counted', async () => {
  const [one, two] = [new FakeWorker(1), new FakeWorker(2, 1)];
  one.count = 5;
  const { orders, workers } = stage(one);
  assert.equal(await orders(), 5);
  one.state = 'draining';
  one.count = 8;
  one.answer();
  workers.delete(one);
  workers.add(two);
  two.count = 1;
  assert.equal(await orders(), 9);
});

test('who asks while others wait gets the same answer', async () => {
  const one = new FakeWorker(1);
  const { gatherer } = stage(one);
  await Promise.all([gatherer.gather(), gatherer.gather()]);
  assert.equal(one.asked, 1);
});

test('that metrics could not be read, or are too many, is logged once and counted', async () => {
  const one = new FakeWorker(1);
  one.answers = false;
  const { gatherer, warnings } = stage(one);
  for (let i = 0; i < 3; i += 1) {
    const gathered = gatherer.gather();
    one.answer('Error: collect failed', 0);
    await gathered;
  }
  const last = gatherer.gather();
  one.answer(undefined, 4);
  assert.deepEqual((await last).leftOut, { timeout: 0, failed: 3, 'too-large': 4 });
  assert.deepEqual(warnings, [
    'worker 1: its metrics could not be read: Error: collect failed',
    'worker 1: more metrics than Respite takes; those that came last are missing',
  ]);
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { DrillOrder, ToWorker } from '../../../worker/index.ts';
import type { WorkerProcess } from '../../workers/process/worker-process.ts';
import { resolveSupervisorOptions } from '../options.ts';
import type { Drills } from './contract.ts';
import { drillsOf } from './open.ts';
import { resolveDrillOptions } from './options.ts';

/** Keeps what it is told. */
class FakeWorker {
  readonly pid: number = process.pid;
  readonly report: undefined;
  readonly orders: DrillOrder[] = [];
  readonly id: number;
  readonly readySinceMs: number;
  state = 'ready';

  constructor(id: number, readySinceMs: number) {
    this.id = id;
    this.readySinceMs = readySinceMs;
  }

  tell(message: ToWorker): void {
    if (message.kind === 'drill') this.orders.push(message.order);
  }
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function drills(
  workers: readonly FakeWorker[],
  given: Parameters<typeof resolveDrillOptions>[0] = true,
): Promise<Drills> {
  const config = { drills: resolveDrillOptions(given), supervisor: resolveSupervisorOptions(), log: silent };
  return drillsOf(config, new Set(workers as unknown as WorkerProcess[]))();
}

const leaseFileOf = ({ orders }: FakeWorker): string => orders.at(-1)?.leaseFile ?? '';

test('an instance whose configuration does not allow drills names the option', async () => {
  await assert.rejects(drills([], false), {
    code: 'RESPITE_SUPERVISOR_DRILLS_NOT_ALLOWED',
    message: /`drills: true`/,
  });
  assert.equal(resolveDrillOptions(undefined), undefined);
});

test('the worker that has been ready for longest gets the fault, and its lease file goes at the end', async () => {
  const [young, old, starting] = [new FakeWorker(1, 2000), new FakeWorker(2, 1000), new FakeWorker(3, 0)];
  starting.state = 'starting';
  const host = await drills([young, old, starting]);
  const lease = await host.begin({ fault: 'crash' });
  assert.deepEqual([young.orders.length, old.orders.length, starting.orders.length], [0, 1, 0]);
  assert.deepEqual(old.orders[0]?.fault, { name: 'crash' });
  assert.deepEqual(lease.workers, [{ id: 2, pid: process.pid }]);
  assert.ok(existsSync(leaseFileOf(old)));
  assert.equal((await host.facts()).active, 'crash');
  lease.end();
  lease.end();
  await lease.ended;
  assert.ok(!existsSync(leaseFileOf(old)));
  assert.equal((await host.facts()).active, undefined);
});

test('one fault at a time', async () => {
  const host = await drills([new FakeWorker(1, 0)]);
  const lease = await host.begin({ fault: 'heap-leak' });
  await assert.rejects(host.begin({ fault: 'crash' }), {
    code: 'RESPITE_SUPERVISOR_DRILL_IMPOSSIBLE',
    message: /heap-leak is injected already/,
  });
  lease.end();
  (await host.begin({ fault: 'crash' })).end();
});

test('without a ready worker there is nothing to inject into', async () => {
  const host = await drills([]);
  await assert.rejects(host.begin({ fault: 'crash' }), { message: 'no worker is ready' });
});

test('a dependency is redirected by its name only, to this machine only, and for workers to come', async () => {
  const workers = new Set([new FakeWorker(1, 0)]);
  const config = {
    drills: resolveDrillOptions({ dependencies: { db: 'db.internal:5432', six: '[fd00::1]:1' } }),
    supervisor: resolveSupervisorOptions(),
    log: silent,
  };
  const host = await drillsOf(config, workers as unknown as Set<WorkerProcess>)();
  assert.deepEqual((await host.facts()).dependencies, { db: 'db.internal:5432', six: '[fd00::1]:1' });
  await assert.rejects(host.begin({ fault: 'redirect', dependency: 'other', port: 1 }), {
    message: /name a dependency/,
  });
  const lease = await host.begin({ fault: 'redirect', dependency: 'db', port: 4000, everywhere: true });
  const late = new FakeWorker(2, 0);
  workers.add(late);
  while (late.orders.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(late.orders[0]?.fault, {
    name: 'redirect',
    from: { host: 'db.internal', port: 5432 },
    to: { host: '127.0.0.1', port: 4000 },
  });
  lease.end();
});

// What the script measures with prom-client, added up over all workers by the management port.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echo } from '../harness/http.ts';
import { kill } from '../harness/process.ts';
import { REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';

const ORDERS = 'shop_orders_total{kind="a \\"quoted\\" one"}';

/** Orders that each client makes, over a connection of its own. */
const REQUESTS = 20;

async function series(running: RunningRespite): Promise<ReadonlyMap<string, number>> {
  const { body } = await running.manage('/metrics');
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

async function order(port: number): Promise<void> {
  await Promise.all(Array.from({ length: REQUESTS }, async () => echo(port)));
}

test('counters over all workers stay what they are through a rolling restart and a killed worker', async (t) => {
  const running = respite(t, 'measures.mjs', {
    options: ['--workers', '2'],
    config: { admission: REFUSES_NOTHING, supervisor: { trialMs: 0 } },
  });
  const port = await running.port();
  const before = await running.ready();
  await order(port);
  const first = await running.until('both workers in one scrape', async () => {
    const found = await series(running);
    return found.get('shop_own') === 2 && found;
  });
  assert.equal(first.get(ORDERS), REQUESTS);
  assert.equal(first.get('shop_took_seconds_count'), REQUESTS);
  assert.equal(first.get('shop_took_seconds_bucket{le="0.1"}'), 0);
  assert.equal(first.get('shop_slot'), 2);
  assert.ok((first.get('process_cpu_seconds_total') ?? 0) > 0);
  assert.ok((first.get('nodejs_active_handles_total') ?? 0) > 0);
  // process_open_fds, process_max_fds, and the one that the fixture adds.
  assert.equal(first.get('respite_workers'), undefined);
  assert.equal(first.get('respite_script_metrics_refused'), 3);

  // Counted since the last scrape: the workers that end tell it.
  await order(port);
  running.signal('SIGHUP');
  const after = await running.untilStatus(
    'new workers',
    ({ restarting, workers }) =>
      !restarting &&
      workers.length === 2 &&
      workers.every(({ id, state }) => state === 'ready' && before.every((old) => old.id !== id)) &&
      workers,
  );
  await running.until('all orders', async () => (await series(running)).get(ORDERS) === 2 * REQUESTS);

  kill(after[0]?.pid ?? 0);
  await running.untilStatus('a worker for the killed one', ({ workers }) =>
    workers.every(({ id, state }) => state === 'ready' && id !== after[0]?.id),
  );
  await order(port);
  await running.until('all orders', async () => (await series(running)).get(ORDERS) === 3 * REQUESTS);
});

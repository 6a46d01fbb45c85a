// A worker whose heap fills up is replaced before V8 aborts it, and nobody notices; one that needs its heap is not replaced.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { echo } from '../../harness/http.ts';
import { REFUSES_NOTHING, respite } from '../../harness/respite.ts';
import { underLoad } from '../../harness/incidents.ts';

const FIXTURE = 'faults/leaks.mjs';

/** The slow one is seen by its pace, when its first 10 s are over; the fast one is already too large by then. */
const LEAKS = [
  { mbPerSecond: 5, heapMb: 128 },
  { mbPerSecond: 20, heapMb: 256 },
];

// Each waits, for as long as its leak takes.
describe('a heap that fills up', { concurrency: 3 }, () => {
  for (const { mbPerSecond, heapMb } of LEAKS) {
    test(`a leak of ${mbPerSecond} MB/s at ${heapMb} MB: replaced before V8 aborts, without a failed request`, async (t) => {
      const running = respite(t, FIXTURE, {
        options: ['--heap', String(heapMb)],
        // A long pause of the collector makes admission refuse what waited through it, which is not what is looked at here.
        config: { admission: REFUSES_NOTHING, supervisor: { stableMs: 300 } },
      });
      const port = await running.port();
      const [sick] = await running.ready();
      const {
        incident,
        load: { failures, pids, requests },
      } = await underLoad(running, port, () => echo(port, { path: `/leak?mb=${mbPerSecond}` }), 120_000);
      assert.deepEqual(failures.slice(0, 5), [], running.transcript());
      assert.ok(requests > 200, `${requests} requests`);
      assert.equal(incident.cause, 'gc-death-spiral');
      assert.match(
        incident.summary,
        new RegExp(`^\\d\\d % of the heap of worker 1 is alive \\(\\d+ of ${heapMb} MB\\)`),
      );
      assert.deepEqual(
        incident.steps.map(({ what }) => what),
        [incident.summary, 'replaced'],
      );
      assert.ok(pids.has(sick?.pid ?? 0) && pids.size === 2);
      assert.doesNotMatch(running.stderr, /heap out of memory/);
      await running.logs(`worker 1 ended with`, 'drained');
      assert.equal((await running.status()).restarts['gc-death-spiral'], 1);
    });
  }

  test('a heap that is two thirds alive under heavy garbage is not replaced', async (t) => {
    const running = respite(t, FIXTURE, { options: ['--heap', '256'] });
    const port = await running.port();
    await running.ready();
    await echo(port, { path: '/hold?mb=130&garbage=100' });
    await running.untilStatus('many major collections', ({ workers: [worker] }) => {
      return (worker?.report?.majorCollections ?? 0) >= 8;
    });
    const { workers, incidents, restarts } = await running.status();
    const share = (workers[0]?.report?.liveBytes ?? 0) / (256 * 1024 * 1024);
    assert.ok(share > 0.6 && share < 0.7, `the fixture is ${share} alive`);
    assert.deepEqual([incidents, restarts['gc-death-spiral']], [[], 0]);
  });
});

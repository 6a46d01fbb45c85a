// What another worker would not change is reported, and the worker goes on serving.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { echo } from '../../harness/http.ts';
import { respite, STATUS_PAUSE_MS } from '../../harness/respite.ts';

/** Between two looks: the detectors take up to a minute. */
const PAUSE_MS = 4 * STATUS_PAUSE_MS;

// Both wait for the detector.
describe('reported, and not replaced', { concurrency: 2 }, () => {
  test('a heap that a server needs: replaced once, then it goes on serving', async (t) => {
    const running = respite(t, 'faults/needs-its-heap.mjs', {
      env: { KEEP_MB: '200' },
      options: ['--heap', '256'],
      config: { supervisor: { stableMs: 300 } },
    });
    const port = await running.port();
    const report = await running.until(
      'a report',
      async () =>
        (await running.status()).incidents.find(({ summary }) => summary.includes('the server needs it')),
      90_000,
      PAUSE_MS,
    );
    assert.deepEqual([report.cause, report.outcome], ['gc-death-spiral', 'unresolved']);
    const { pid } = await echo(port);
    const { workers, incidents, restarts } = await running.status();
    assert.deepEqual([workers.length, workers[0]?.pid, restarts['gc-death-spiral']], [1, pid, 1]);
    assert.equal(incidents.length, 2, running.transcript());
  });

  test('an event loop that is blocked for 300 ms twice a second: reported after a minute', async (t) => {
    const running = respite(t, 'faults/blocks-often.mjs');
    const port = await running.port();
    const [worker] = await running.ready();
    await echo(port, { path: '/begin' });
    const report = await running.until(
      'a report',
      async () => (await running.status()).incidents.find(({ cause }) => cause === 'event-loop-blocked'),
      120_000,
      PAUSE_MS,
    );
    assert.match(
      report.summary,
      /^the event loop of worker 1 is blocked often: short blocks took \d\d % of the last \d+ s$/,
    );
    const { workers, incidents } = await running.status();
    assert.deepEqual([workers[0]?.pid, incidents.length], [worker?.pid, 1]);
  });
});

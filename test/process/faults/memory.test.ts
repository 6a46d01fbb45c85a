// Memory that no limit of the heap holds back: seen before the kernel ends the process, or in calm.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { echo } from '../../harness/http.ts';
import { REFUSES_NOTHING, respite } from '../../harness/respite.ts';
import { underLoad } from '../../harness/incidents.ts';

const FIXTURE = 'faults/leaks.mjs';
const MB = 1024 * 1024;

// Each waits, for as long as its leak takes.
describe('memory that grows', { concurrency: 3 }, () => {
  test('Buffers that nobody lets go of: the worker that has them is replaced before the limit, without a failed request', async (t) => {
    const limitBytes = 600 * MB;
    const running = respite(t, FIXTURE, {
      options: ['--workers', '2'],
      config: {
        supervisor: { stableMs: 300, detect: { memory: { limitBytes } } },
        admission: REFUSES_NOTHING,
      },
    });
    const port = await running.port();
    await running.ready();
    const {
      incident,
      load: { failures, requests },
      began: { pid },
    } = await underLoad(running, port, () => echo(port, { path: '/leak-buffers?mb=20&before=150' }), 60_000);
    assert.deepEqual(failures.slice(0, 5), [], running.transcript());
    assert.ok(requests > 200, `${requests} requests`);
    assert.equal(incident.cause, 'memory-leak');
    assert.equal(incident.worker.pid, pid);
    assert.match(
      incident.summary,
      /^\d\d % of the memory of the configuration is used \(.* of 600 MB.*\), and worker \d has grown by \d{3} MB$/,
    );
    assert.match(incident.facts.join('\n'), /\d{3} MB of it are off-heap: \d{3} MB in Buffers/);
    assert.equal((await running.status()).restarts['memory-leak'], 1);
  });

  test('a heap that grows for minutes is replaced in calm, long before it is full', async (t) => {
    const running = respite(t, FIXTURE, {
      options: ['--heap', '128'],
      // The same in less time.
      config: {
        supervisor: { stableMs: 300, detect: { memoryLeak: { windowMs: 4000, growthShare: 0.05 } } },
        admission: REFUSES_NOTHING,
      },
    });
    const port = await running.port();
    const [sick] = await running.ready();
    const {
      incident,
      load: { failures, requests },
    } = await underLoad(running, port, () => echo(port, { path: '/leak?mb=4&garbage=75' }), 120_000);
    assert.deepEqual(failures.slice(0, 5), [], running.transcript());
    assert.ok(requests > 200, `${requests} requests`);
    assert.equal(incident.cause, 'memory-leak', incident.summary);
    assert.equal(incident.worker.pid, sick?.pid);
    assert.match(
      incident.summary,
      /^worker 1 leaks memory: what is alive in its heap has grown by \d+ MB in \d+ s$/,
    );
  });

  test('a cache that fills after the start and then stops is not replaced', async (t) => {
    const running = respite(t, FIXTURE, {
      options: ['--heap', '128'],
      config: { supervisor: { detect: { memoryLeak: { windowMs: 2000 } } } },
    });
    const port = await running.port();
    await running.ready();
    await echo(port, { path: '/hold?mb=55&garbage=75' });
    const { sequence = 0 } = (await running.status()).workers[0]?.report ?? {};
    const { incidents } = await running.untilStatus('7 s of reports, with collections', (status) => {
      const report = status.workers[0]?.report;
      return (report?.sequence ?? 0) > sequence + 28 && (report?.majorCollections ?? 0) > 8
        ? status
        : undefined;
    });
    assert.deepEqual(incidents, []);
  });
});

// Memory that no limit of the heap holds back: seen before the kernel ends the process, or in calm.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echo } from '../harness/http.ts';
import { Load } from '../harness/load.ts';
import { REFUSES_NOTHING, respite } from '../harness/respite.ts';
import { endedIncident } from './incidents.ts';

const FIXTURE = '../faults/leaks.mjs';
const MB = 1024 * 1024;

test('Buffers that nobody lets go of: the worker that has them is replaced before the limit, without a failed request', async (t) => {
  const limitBytes = 900 * MB;
  const running = respite(t, FIXTURE, {
    options: ['--workers', '2'],
    config: {
      supervisor: { stableMs: 300, detect: { memory: { limitBytes } } },
      admission: REFUSES_NOTHING,
    },
  });
  const port = await running.port();
  await running.ready();
  const load = new Load(port);
  t.after(() => load.stop());
  const { pid } = await echo(port, { path: '/leak-buffers?mb=30' });
  const incident = await endedIncident(running, 60_000);
  const { failures } = await load.stop();
  assert.deepEqual(failures.slice(0, 5), [], running.transcript());
  assert.equal(incident.cause, 'memory-leak');
  assert.equal(incident.worker.pid, pid);
  assert.match(
    incident.summary,
    /^\d\d % of the memory of the configuration is used \(.* of 900 MB.*\), and worker \d has grown by \d{3} MB$/,
  );
  assert.match(incident.facts.join('\n'), /\d{3} MB of it are off-heap: \d{3} MB in Buffers/);
  assert.equal((await running.status()).restarts['memory-leak'], 1);
});

test('a heap that grows for minutes is replaced in calm, long before it is full', async (t) => {
  const running = respite(t, FIXTURE, {
    options: ['--heap', '256'],
    // The same in less time.
    config: {
      supervisor: { stableMs: 300, detect: { memoryLeak: { windowMs: 8000, growthShare: 0.05 } } },
      admission: REFUSES_NOTHING,
    },
  });
  const port = await running.port();
  const [sick] = await running.ready();
  const load = new Load(port);
  t.after(() => load.stop());
  await echo(port, { path: '/leak?mb=3&garbage=150' });
  const incident = await endedIncident(running, 120_000);
  const { failures } = await load.stop();
  assert.deepEqual(failures.slice(0, 5), [], running.transcript());
  assert.equal(incident.cause, 'memory-leak', incident.summary);
  assert.equal(incident.worker.pid, sick?.pid);
  assert.match(
    incident.summary,
    /^worker 1 leaks memory: what is alive in its heap has grown by \d+ MB in \d+ s$/,
  );
});

test('a cache that fills after the start and then stops is left alone', async (t) => {
  const running = respite(t, FIXTURE, {
    options: ['--heap', '256'],
    config: { supervisor: { detect: { memoryLeak: { windowMs: 3000 } } } },
  });
  const port = await running.port();
  await running.ready();
  await echo(port, { path: '/hold?mb=110&garbage=150' });
  const { sequence = 0 } = (await running.status()).workers[0]?.report ?? {};
  const { incidents } = await running.untilStatus('10 s of reports, with collections', (status) => {
    const report = status.workers[0]?.report;
    return (report?.sequence ?? 0) > sequence + 40 && (report?.majorCollections ?? 0) > 8
      ? status
      : undefined;
  });
  assert.deepEqual(incidents, []);
});

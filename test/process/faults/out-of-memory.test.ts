// A worker that dies of memory, and who ended it: V8 or the kernel.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ControlGroup } from '../../harness/control-group.ts';
import { echo } from '../../harness/http.ts';
import { respite } from '../../harness/respite.ts';
import { until } from '../../harness/until.ts';
import { endedIncident, steps } from '../../harness/incidents.ts';

const FIXTURE = 'faults/runs-out.mjs';
const MB = 1024 * 1024;

test('V8 aborts a worker whose heap is full: gc-death-spiral, with the figures', async (t) => {
  const running = respite(t, FIXTURE, {
    options: ['--heap', '128'],
    config: { supervisor: { stableMs: 300 } },
  });
  const port = await running.port();
  const [worker] = await running.ready();
  await running.untilStatus('a report', ({ workers: [now] }) => now?.report !== undefined);
  await echo(port, { path: '/heap' });
  const incident = await endedIncident(running, 60_000);
  assert.match(running.stderr, /heap out of memory/);
  assert.deepEqual(
    [incident.cause, incident.worker.pid],
    ['gc-death-spiral', worker?.pid],
    incident.facts.join('\n'),
  );
  assert.match(
    incident.summary,
    /^worker 1 ran out of heap \(128 MB\) and was aborted by V8: signal SIGABRT$/,
  );
  assert.match(steps(incident), /replaced$/);
});

test('the kernel kills a worker for lack of memory: killed-by-kernel, by its own counter', async (t) => {
  const group = memoryGroup(t, 300 * MB);
  if (group === undefined) return;
  const running = respite(t, FIXTURE, {
    // On a slow machine the detector may come first, and the kernel never.
    config: { supervisor: { stableMs: 300, detect: { memory: false } } },
    env: { RESPITE_TEST_CGROUP: group.directory, NODE_OPTIONS: `--import=${ENTER}` },
  });
  // After that of the processes in it, since these hooks run in the order in which they were given.
  t.after(async () => until('the cgroup to be empty', () => group.remove()));
  const port = await running.port();
  const [worker] = await running.ready();
  await echo(port, { path: '/memory' });
  const incident = await endedIncident(running, 60_000);
  assert.deepEqual(
    [incident.cause, incident.worker.pid],
    ['killed-by-kernel', worker?.pid],
    incident.facts.join('\n'),
  );
  assert.match(incident.summary, /^worker 1 was killed by the kernel: memory ran out$/);
});

/** Moves the process into the cgroup before anything else of it runs; its children are born there. */
const ENTER = `data:text/javascript,${encodeURIComponent(
  "import { writeFileSync } from 'node:fs'; writeFileSync(process.env.RESPITE_TEST_CGROUP + '/cgroup.procs', String(process.pid));",
)}`;

/** Undefined where this user may not make one. */
function memoryGroup(t: TestContext, limitBytes: number): ControlGroup | undefined {
  try {
    const group = new ControlGroup('memory', 'out-of-memory');
    group.limit(limitBytes);
    return group;
  } catch (error) {
    // Only root may, and not in every container. Anything else is a mistake of this test.
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT'].includes(String((error as NodeJS.ErrnoException).code)))
      throw error;
    t.skip(`needs permission to make a control group: ${String(error)}`);
    return undefined;
  }
}

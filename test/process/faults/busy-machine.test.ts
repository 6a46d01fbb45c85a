// A machine with far too much to do is no fault of the worker's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { echo } from '../../harness/http.ts';
import { respite } from '../../harness/respite.ts';
import { until } from '../../harness/until.ts';

/** Each wants a processor of its own. */
const BUSY = 8;
const FOR_MS = 3500;

/** As long in proportion as 12 s are to the defaults. */
const DETECT = {
  blockedLoop: { unreadyMs: 600, evidenceMs: 1400, killMs: 2800 },
  cpuStarved: { afterMs: 1400 },
};

test('eight processes that compute beside a server under light load: no incident, nothing replaced', async (t) => {
  const running = respite(t, 'node-http.mjs', { config: { supervisor: { detect: DETECT } } });
  const port = await running.port();
  const [worker] = await running.ready();
  const busy = Array.from({ length: BUSY }, () =>
    spawn(process.execPath, ['-e', `const end = Date.now() + ${2 * FOR_MS}; while (Date.now() < end);`]),
  );
  const stop = (): void => busy.forEach((child) => child.kill('SIGKILL'));
  t.after(stop);
  const untilMs = Date.now() + FOR_MS;
  let served = 0;
  await until('the time to pass', async () => {
    served += (await echo(port)).pid === worker?.pid ? 1 : 0;
    return Date.now() > untilMs;
  });
  const { incidents, restarts, workers } = await running.status();
  stop();
  assert.deepEqual(incidents, []);
  assert.equal(workers[0]?.pid, worker?.pid);
  assert.ok(Object.values(restarts).every((count) => count === 0));
  assert.ok(served > 10, `${served} requests were served`);
});

// A standby takes the place of a worker that was killed or is blocked, and is of the version that the others run.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { WorkerStatus } from '../../src/supervisor/index.ts';
import { echo, request } from '../harness/http.ts';
import { steps } from '../harness/incidents.ts';
import { kill } from '../harness/process.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';
import { freePort } from '../harness/services/service.ts';

const SUPERVISOR = {
  standby: 1,
  stableMs: 300,
  trialMs: 0,
  // On a busy machine it might be there before a test has looked.
  fallbackResponder: false,
  // A blocked worker finishes what it does.
  detect: { blockedLoop: { killMs: 60_000 } },
};

/** Waits until one worker serves, one stands by, and no other is there. */
async function atRest(running: RunningRespite): Promise<{ worker: WorkerStatus; standby: WorkerStatus }> {
  return running.untilStatus(
    'a worker and a standby',
    ({ workers: [worker, standby, ...others], restarting }) => {
      const areThere = worker?.state === 'ready' && standby?.state === 'standby' && others.length === 0;
      return areThere && !restarting && { worker, standby };
    },
  );
}

test('kill -9, a blocked event loop, the death of the standby, a rolling restart', async (t) => {
  const running = respite(t, 'blocks.mjs', { config: { supervisor: SUPERVISOR } });
  const port = await running.port();
  const first = await atRest(running);
  assert.deepEqual([first.worker.slot, first.standby.slot], [1, 2]);
  const pids = await Promise.all(Array.from({ length: 20 }, async () => (await echo(port)).pid));
  assert.deepEqual(new Set(pids), new Set([first.worker.pid]), 'a standby serves nobody');

  kill(first.worker.pid);
  await running.logs('the standby takes its place');
  assert.equal((await echo(port)).pid, first.standby.pid);
  const second = await atRest(running);
  assert.deepEqual([second.worker.pid, second.worker.slot], [first.standby.pid, 1]);
  assert.notEqual(second.standby.pid, first.worker.pid);

  // It answers when it is not blocked any more.
  let isOver = false;
  const blocked = echo(port, { path: '/block' }).finally(() => (isOver = true));
  await running.saysOnStdout(`blocking ${second.worker.pid}`);
  assert.equal((await echo(port)).pid, second.standby.pid);
  await running.logs('is blocked in');
  assert.equal(isOver, false, 'others are served while it is blocked');
  writeFileSync(path.join(running.dir, 'unblock'), '');
  assert.equal((await blocked).pid, second.worker.pid, 'what it was doing is finished');
  const third = await atRest(running);
  const { standby, restarts, incidents } = await running.untilStatus(
    'the end of both incidents',
    (status) => {
      return status.incidents.length === 2 && status.incidents.every(({ endedAtMs }) => endedAtMs) && status;
    },
  );
  assert.deepEqual([standby.ready, standby.takeovers, standby.lack], [1, 2, undefined]);
  assert.deepEqual([restarts.signal, restarts['event-loop-blocked']], [1, 1]);
  for (const incident of incidents) assert.match(steps(incident), /replaced by the standby in \d+ ms/);
  assert.ok(incidents.some(({ cause, stack }) => cause === 'event-loop-blocked' && stack !== undefined));

  kill(third.standby.pid);
  await running.logs('a standby, ended with');
  const fourth = await atRest(running);
  assert.equal(fourth.worker.pid, third.worker.pid);
  assert.notEqual(fourth.standby.pid, third.standby.pid);
  assert.equal((await running.status()).incidents.length, 2, 'nobody has noticed');

  assert.equal((await running.manage('/restart', 'POST')).status, 202);
  await running.logs('rolling restart is done');
  const renewed = await atRest(running);
  const ids = [renewed.worker.id, renewed.standby.id];
  assert.ok(Math.min(...ids) > fourth.standby.id, 'both are new');

  const { body } = await running.manage('/metrics');
  assert.match(body, /^respite_workers\{state="standby"\} 1$/m);
  assert.match(body, /^respite_standby_takeovers_total 2$/m);
  assert.deepEqual(await running.stop(), { code: 0, signal: null });
});

test('several workers: each process has a number and a port of its own, also after a takeover', async (t) => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const running = respite(t, 'listens-by-worker.mjs', {
    config: { supervisor: { ...SUPERVISOR, workers: 2 } },
    env: { OWN_PORTS: ports.join() },
  });
  const workers = await running.untilStatus('two workers and a standby', ({ workers: all }) => {
    const states = all.map(({ state }) => state).join(' ');
    return states === 'ready ready standby' && all;
  });
  const port = await running.port();
  for (const i of [0, 1]) assert.equal((await request(ports[i] ?? 0)).body, `worker ${i + 1}`);
  kill(workers[0]?.pid ?? 0);
  await running.untilStatus('the takeover', ({ standby }) => standby.takeovers === 1);
  assert.equal((await request(ports[2] ?? 0)).body, 'worker 3');
  assert.match((await request(port)).body, /^worker [23]$/);
  const after = await running.untilStatus('another standby', ({ workers: all, standby }) => {
    return standby.ready === 1 && all;
  });
  assert.deepEqual(
    after.map(({ pid, slot }) => [pid, slot]),
    [
      [workers[2]?.pid, 1],
      [workers[1]?.pid, 2],
      [after[2]?.pid, 3],
    ],
  );
});

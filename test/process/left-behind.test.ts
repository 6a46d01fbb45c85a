// What ends with whom: a worker with its supervisor, and what a worker has started with the worker.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { echo, request } from '../harness/http.ts';
import { endedIncident } from '../harness/incidents.ts';
import { kill } from '../harness/process.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

/** The supervisor judges no blocked event loop in these tests, or soon. */
const NEVER = { blockedLoop: { killMs: 3_600_000, evidenceMs: 1_800_000 } };
const SOON = { blockedLoop: { unreadyMs: 500, evidenceMs: 600, killMs: 1500 } };

/** Processes named `sleep` that a script of ours has started. */
async function sleepers(running: RunningRespite): Promise<number[]> {
  const pids = await running.offspring();
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'latin1') === 'sleep\n';
    } catch {
      return false; // it has ended
    }
  });
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', () => resolve(false)).listen(port, () => server.close(() => resolve(true)));
  return promise;
}

describe('left behind', { concurrency: 3, skip: process.platform !== 'linux' && 'needs Linux' }, () => {
  test('a worker that is blocked ends soon after its supervisor was killed, and its port is free', async (t) => {
    const running = respite(t, 'faults/blocked.mjs', {
      config: {
        supervisor: { drainTimeoutMs: 600_000, killTimeoutMs: 300, fallbackResponder: false, detect: NEVER },
      },
    });
    const port = await running.port();
    await running.untilStatus('a report', ({ workers: [worker] }) => worker?.report !== undefined);
    request(port, { path: '/sleepy-loop' }).catch(() => {});
    await running.untilStatus('a gap', ({ workers: [worker] }) => (worker?.report?.gapMs ?? 0) >= 500);
    running.signal('SIGKILL');
    await running.exited;
    await running.untilAlone();
    await until('a free port', () => isFree(port), running.transcript);
  });

  test('a worker that waits for a process which never ends is killed together with it', async (t) => {
    const running = respite(t, 'faults/starts-processes.mjs', {
      config: { supervisor: { stableMs: 300, fallbackResponder: false, detect: SOON } },
    });
    const port = await running.port();
    request(port, { path: '/wait-for-child' }).catch(() => {});
    await running.until('a child', async () => (await sleepers(running)).length > 0);
    const { cause } = await endedIncident(running);
    assert.equal(cause, 'event-loop-blocked');
    assert.deepEqual(await sleepers(running), []);
    assert.equal((await echo(port)).method, 'GET');
  });

  for (const [how, path] of [
    ['was killed from outside', undefined],
    ['has thrown', '/throw'],
    ['has aborted', '/abort'],
  ] as const) {
    test(`what a worker has started does not outlive it when it ${how}`, async (t) => {
      const running = respite(t, 'faults/starts-processes.mjs', {
        config: { supervisor: { fallbackResponder: false } },
      });
      const port = await running.port();
      const [worker] = await running.ready();
      await request(port, { path: '/child' });
      assert.equal((await sleepers(running)).length, 1);
      if (path === undefined) kill(worker?.pid ?? 0);
      else request(port, { path }).catch(() => {});
      await running.until('no child', async () => (await sleepers(running)).length === 0);
    });
  }

  test('what a worker has started stays when the worker was drained, and when it is detached', async (t) => {
    const running = respite(t, 'faults/starts-processes.mjs', {
      config: { supervisor: { trialMs: 0, fallbackResponder: false } },
    });
    const port = await running.port();
    const [first] = await running.ready();
    await request(port, { path: '/child' });
    await request(port, { path: '/detached-child' });
    running.signal('SIGHUP');
    await running.untilStatus(
      'another worker',
      ({ workers, restarting }) => !restarting && workers.length === 1 && workers[0]?.pid !== first?.pid,
    );
    assert.equal((await sleepers(running)).length, 2);

    const [second] = await running.ready();
    await request(port, { path: '/detached-child' });
    kill(second?.pid ?? 0);
    await running.untilStatus(
      'a third worker',
      ({ workers: [worker] }) => (worker?.id ?? 0) > (second?.id ?? 0),
    );
    const left = await sleepers(running);
    for (const pid of left) kill(pid);
    assert.equal(left.length, 3);
  });
});

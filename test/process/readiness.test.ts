// When a worker is ready: it listens, it has said so where the configuration asks for that, and what it depends on is up.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';

function config(supervisor: object): { config: object } {
  return { config: { admission: REFUSES_NOTHING, supervisor: { trialMs: 0, ...supervisor } } };
}

async function pidOf(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  return ((await response.json()) as { pid: number }).pid;
}

function touch(running: RunningRespite, name: string): void {
  writeFileSync(path.join(running.dir, name), '');
}

function remove(running: RunningRespite, name: string): void {
  rmSync(path.join(running.dir, name));
}

/** Waits until a second worker has listened and still is starting. */
async function untilSecondWaits(running: RunningRespite): Promise<void> {
  await running.port(1);
  await running.untilStatus('a second worker that waits', ({ workers }) => workers[1]?.state === 'starting');
}

describe('a worker is ready', { concurrency: true }, () => {
  test("when its script has said so, where supervisor.ready is 'message'", async (t) => {
    const running = respite(t, 'says-ready.mjs', config({ ready: 'message' }));
    const port = await running.port();
    // The first one: its connections wait for it.
    const early = pidOf(port);
    assert.equal((await running.manage('/health/ready')).status, 503);
    touch(running, 'may-serve');
    const [first] = await running.ready();
    assert.equal(await early, first?.pid);
    await running.saysOnStdout('said ready');

    // Its replacement takes no request before.
    remove(running, 'may-serve');
    running.signal('SIGHUP');
    await untilSecondWaits(running);
    const answered = await Promise.all(Array.from({ length: 40 }, async () => pidOf(port)));
    assert.deepEqual([...new Set(answered)], [first?.pid]);
    touch(running, 'may-serve');
    await running.untilStatus(
      'the new one alone',
      ({ workers }) => workers.length === 1 && workers[0]?.id === 2,
    );
    assert.notEqual(await pidOf(port), first?.pid);
    assert.equal((await running.stop()).code, 0);
  });

  test('not without the message: the restart is given up, and the reason says what was missing', async (t) => {
    const running = respite(t, 'says-ready.mjs', config({ ready: 'message', deployTimeoutMs: 1000 }));
    const port = await running.port();
    touch(running, 'may-serve');
    const [first] = await running.ready();
    remove(running, 'may-serve');
    running.signal('SIGHUP');
    await running.logs(
      'the rolling restart failed',
      /the new worker did not call process\.send\('ready'\) \(supervisor\.ready\) within \d/,
    );
    assert.equal(await pidOf(port), first?.pid);
  });

  test('when its own critical indicators are up, if it takes the place of another', async (t) => {
    const running = respite(t, 'needs-dependency.mjs', config({}));
    const port = await running.port();
    const [first] = await running.ready();
    touch(running, 'down');
    running.signal('SIGHUP');
    await untilSecondWaits(running);
    assert.equal(await pidOf(port), first?.pid);
    remove(running, 'down');
    await running.untilStatus(
      'the new one alone',
      ({ workers }) => workers.length === 1 && workers[0]?.id === 2,
    );
    assert.notEqual(await pidOf(port), first?.pid);
  });

  test('a replacement whose dependency stays down is given up', async (t) => {
    const running = respite(t, 'needs-dependency.mjs', config({ deployTimeoutMs: 5000 }));
    const port = await running.port();
    const [first] = await running.ready();
    touch(running, 'down');
    running.signal('SIGHUP');
    await running.logs(
      'the rolling restart failed',
      /its critical health indicators were not up: dependency within \d/,
    );
    assert.equal(await pidOf(port), first?.pid);
  });

  test('while no other worker serves, nothing waits for a dependency', async (t) => {
    const running = respite(t, 'needs-dependency.mjs', config({}));
    const port = await running.port();
    const [first] = await running.ready();
    touch(running, 'down');
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await running.logs('it serves all the same');
    const { workers } = await running.untilStatus(
      'a replacement',
      (status) => status.workers[0]?.id === 2 && status.workers[0].state === 'ready' && status,
    );
    // The fallback responder, which may have come meanwhile, answers no JSON.
    await running.until('its answer', async () => (await pidOf(port).catch(() => 0)) === workers[0]?.pid);
  });

  test('after its warm-up, which no client sees and nothing counts', async (t) => {
    const warmUp = ['GET /a', 'GET /broken', 'HEAD /b'];
    const running = respite(t, 'warms.mjs', config({ warmUp }));
    const port = await running.port();
    const served = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/client`)).json();
    const counted = async (): Promise<number> => {
      const { totals } = await running.status();
      return totals.requests.reduce((sum, { count }) => sum + count, 0);
    };
    assert.deepEqual(await served(), { before: ['GET /a', 'GET /broken', 'HEAD /b'] });
    await running.logs(/worker 1 warms up: 2 of 3 requests .* GET \/broken was answered with 500/);
    await running.until('the one request in the counters', async () => (await counted()) === 1);
    running.signal('SIGHUP');
    await running.untilStatus('the new one', ({ workers }) => workers.length === 1 && workers[0]?.id === 2);
    assert.deepEqual(await served(), { before: ['GET /a', 'GET /broken', 'HEAD /b'] });
    await running.until('both in the counters', async () => (await counted()) === 2);
    assert.equal((await running.stop()).code, 0);
  });
});

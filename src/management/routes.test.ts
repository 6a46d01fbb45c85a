// Which health a path asks for. Over HTTP: server.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf } from '../core/support.test.ts';
import type { SupervisorStatus } from '../supervisor/index.ts';
import { findRoute, type RouteContext } from './routes.ts';
import { Startup } from './startup.ts';
import { statusOf } from './support.test.ts';

/** Asks for paths while the instance is as it is set to be. */
function setup(now: SupervisorStatus): {
  now: SupervisorStatus;
  readonly ask: (path: string) => Promise<readonly [number, unknown]>;
} {
  const startup = new Startup();
  const instance = {
    now,
    ask: async (path: string): Promise<readonly [number, unknown]> => {
      const found = findRoute(path);
      assert.ok(found);
      const context = { path, startup, isAuthenticated: true, supervisor: { status: () => instance.now } };
      const answer = await found.route.answer(context as unknown as RouteContext, found.id);
      assert.ok('body' in answer);
      const body = JSON.parse(String(answer.body)) as { readonly status?: string };
      return [answer.status, body.status];
    },
  };
  return instance;
}

const running = statusOf('running', ['ready']);

test('a single component has a path of its own, below its group or without one', async () => {
  const down = reportOf('db', { groups: ['ready'], status: 'DOWN', critical: false });
  const { ask } = setup({
    ...running,
    health: { readyShare: 0, indicators: [down, reportOf('disk', { groups: ['live'] })] },
    workers: running.workers.map((worker) => Object.assign(worker, { health: [reportOf('pool')] })),
  });
  assert.deepEqual(await ask('/health/ready'), [200, 'UP']);
  for (const path of ['/health/ready/db', '/health/db']) assert.deepEqual(await ask(path), [503, 'DOWN']);
  for (const path of [
    '/health/live/disk',
    '/health/disk',
    '/health/ready/workers/1/pool',
    '/health/workers/1',
  ]) {
    assert.deepEqual(await ask(path), [200, 'UP'], path);
  }
  for (const path of [
    '/health/ready/disk',
    '/health/ready/db/more',
    '/health/constructor',
    '/health/ready/__proto__',
    '/health/%',
  ]) {
    assert.equal((await ask(path))[0], 404, path);
  }
});

test('the group startup is up from the first time that the instance was ready', async () => {
  const warm = reportOf('warm', { groups: ['startup'], status: 'UNKNOWN' });
  const instance = setup(statusOf('starting', ['starting']));
  const status = async (path: string): Promise<number> => (await instance.ask(path))[0];
  assert.equal(await status('/health/startup'), 503);
  instance.now = { ...running, health: { readyShare: 0, indicators: [warm] } };
  assert.deepEqual([await status('/health/startup'), await status('/health/ready')], [503, 200]);
  // A caller that asks for readiness or liveness finds it, too.
  instance.now = { ...running, health: { readyShare: 0, indicators: [{ ...warm, status: 'UP' }] } };
  assert.equal(await status('/health/live'), 200);
  instance.now = statusOf('running', ['unresponsive']);
  assert.deepEqual([await status('/health/startup'), await status('/health/ready')], [200, 503]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findRoute, type RouteContext } from './routes.ts';
import { FakeLog, FakeSupervisor } from './support.test.ts';

async function ask(supervisor: FakeSupervisor, path: string): Promise<{ status: number; body: unknown }> {
  const found = findRoute(path);
  assert.ok(found !== undefined);
  const context: Pick<RouteContext, 'supervisor' | 'log'> = { supervisor, log: new FakeLog() };
  const answer = await found.route.answer(context as RouteContext, found.id);
  assert.ok('body' in answer);
  return { status: answer.status, body: JSON.parse(answer.body.toString()) as unknown };
}

test('a quarantine is released by its id', async () => {
  const supervisor = new FakeSupervisor();
  assert.deepEqual(await ask(supervisor, '/quarantine/q1/release'), {
    status: 200,
    body: { released: 'q1' },
  });
  assert.equal((await ask(supervisor, '/quarantine/q2/release')).status, 404);
  assert.deepEqual(supervisor.calls, ['releaseQuarantine q1', 'releaseQuarantine q2']);
});

test('quarantines are listed, for authenticated callers', async () => {
  assert.equal(findRoute('/quarantine')?.route.access, 'authenticated');
  assert.deepEqual(await ask(new FakeSupervisor(), '/quarantine'), {
    status: 200,
    body: { mode: 'off', entries: [], begun: 0 },
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restart } from './restart.ts';
import type { RouteContext } from './routes.ts';
import { FakeLog, FakeSupervisor } from './support.test.ts';

async function ask(
  supervisor: FakeSupervisor,
  body: string | Error,
  mayRunCode = true,
): Promise<{ status: number; body: unknown }> {
  const context: Pick<RouteContext, 'supervisor' | 'log' | 'body' | 'mayRunCode'> = {
    supervisor,
    mayRunCode,
    log: new FakeLog(),
    body: async () => {
      if (body instanceof Error) throw body;
      return body;
    },
  };
  const answer = await restart(context as RouteContext);
  return { status: answer.status, body: JSON.parse(answer.body.toString()) as unknown };
}

test('the script of the body is started, without one the same again', async () => {
  const supervisor = new FakeSupervisor();
  const script = import.meta.filename;
  assert.deepEqual(await ask(supervisor, JSON.stringify({ script })), {
    status: 202,
    body: { restarting: true, id: 1 },
  });
  assert.deepEqual((await ask(supervisor, '{}')).body, { restarting: true, id: 2 });
  assert.deepEqual((await ask(supervisor, '')).status, 202);
  assert.deepEqual(supervisor.calls, [`restart ${script}`, 'restart', 'restart']);
});

test('a caller who may be any user of the machine can restart what runs, and nothing else', async () => {
  const supervisor = new FakeSupervisor();
  const { status, body } = await ask(supervisor, JSON.stringify({ script: import.meta.filename }), false);
  assert.equal(status, 403);
  assert.match(JSON.stringify(body), /set a token with RESPITE_MANAGEMENT_TOKEN .* --management unix:/);
  assert.equal((await ask(supervisor, '', false)).status, 202);
  assert.deepEqual(supervisor.calls, ['restart']);
});

const RULE = 'the body must be empty, or {"script": "/absolute/path/of/a/script.js"}';
for (const [body, error] of [
  ['{', RULE],
  ['[]', RULE],
  ['null', RULE],
  ['"a.js"', RULE],
  ['{"script": 1}', RULE],
  ['{"script": "server.js"}', RULE],
  ['{"path": "/server.js"}', RULE],
  ['{"script": "/nowhere/server.js"}', 'cannot find /nowhere/server.js'],
  [
    JSON.stringify({ script: import.meta.dirname }),
    `${import.meta.dirname} is a directory without index.js, and no "main" in its package.json leads to a file: name the script`,
  ],
  [new Error('the body is too long'), 'the body is too long'],
] as const) {
  test(`refused: ${String(body)}`, async () => {
    const supervisor = new FakeSupervisor();
    assert.deepEqual(await ask(supervisor, body), { status: 400, body: { error } });
    assert.deepEqual(supervisor.calls, []);
  });
}

test('a restart that can not begin is refused with why', async () => {
  const supervisor = new FakeSupervisor();
  supervisor.begins = false;
  supervisor.restartError = new Error('there is nothing to restart yet');
  assert.deepEqual(await ask(supervisor, ''), {
    status: 409,
    body: { error: 'there is nothing to restart yet' },
  });
});

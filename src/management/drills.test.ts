import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { test, type TestContext } from 'node:test';
import { RespiteError } from '../core/errors.ts';
import type { DrillFacts, DrillRequest, Drills } from '../supervisor/index.ts';
import { type Management, startManagement } from './server.ts';
import { FakeLog, FakeSupervisor } from './support.test.ts';

/** Injects nothing, and keeps what it was asked for. */
class FakeDrills implements Drills {
  readonly badVersion = '/respite/bad-version.js';
  readonly requests: DrillRequest[] = [];
  readonly ended: Promise<void>;
  #end: () => void;
  problem: string | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  async facts(): Promise<DrillFacts> {
    return { pid: 1 } as DrillFacts;
  }

  async begin(asked: DrillRequest): ReturnType<Drills['begin']> {
    if (this.problem !== undefined)
      throw new RespiteError('RESPITE_SUPERVISOR_DRILL_IMPOSSIBLE', this.problem);
    this.requests.push(asked);
    return { fault: asked.fault, workers: [{ id: 1, pid: 100 }], ended: this.ended, end: () => this.#end() };
  }
}

async function setup(
  t: TestContext,
  drills?: Drills,
  token?: string,
): Promise<{ readonly management: Management; readonly supervisor: FakeSupervisor }> {
  const supervisor = new FakeSupervisor();
  if (drills !== undefined) supervisor.drills = async () => drills;
  const management = await startManagement({
    supervisor,
    log: new FakeLog(),
    version: '1.2.3',
    address: { host: '127.0.0.1', port: 0, chosen: true },
    token,
    showsScriptMetrics: true,
    incidentsDirectory: undefined,
  });
  t.after(() => management.close());
  return { management, supervisor };
}

async function open(
  { address }: Management,
  method: string,
  path: string,
  body = '',
  headers: Readonly<Record<string, string>> = { Respite: '1' },
): Promise<IncomingMessage> {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

async function call(...args: Parameters<typeof open>): Promise<{ status: number; text: string }> {
  const response = await open(...args);
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}

test('without permission of the configuration nothing is injected, and the answer says what is missing', async (t) => {
  const { management } = await setup(t);
  for (const [method, path] of [
    ['GET', '/drill'],
    ['POST', '/drill/fault'],
    ['POST', '/drill/bad-version'],
  ] as const) {
    const { status, text } = await call(
      management,
      method,
      path,
      method === 'GET' ? '' : '{"fault":"crash"}',
    );
    assert.deepEqual([status, JSON.parse(text)], [403, { error: 'no drills here' }], path);
  }
});

test('drills need an authenticated caller, as every other action does', async (t) => {
  const drills = new FakeDrills();
  const { management } = await setup(t, drills, 'secret');
  assert.equal((await call(management, 'GET', '/drill')).status, 401);
  assert.equal((await call(management, 'POST', '/drill/fault', '{"fault":"crash"}')).status, 401);
  assert.deepEqual(drills.requests, []);
  const authenticated = { authorization: 'Bearer secret' };
  assert.equal((await call(management, 'GET', '/drill', '', authenticated)).status, 200);
});

test('a fault lasts until its connection is closed', async (t) => {
  const drills = new FakeDrills();
  const { management } = await setup(t, drills);
  const response = await open(management, 'POST', '/drill/fault', '{"fault":"crash","everywhere":true}');
  const [line] = (await once(response, 'data')) as [Buffer];
  assert.deepEqual(JSON.parse(String(line)), { fault: 'crash', workers: [{ id: 1, pid: 100 }] });
  assert.deepEqual(
    drills.requests.map(({ fault, everywhere }) => [fault, everywhere]),
    [['crash', true]],
  );
  response.destroy();
  await drills.ended;
});

test('a fault that the instance ends closes the connection', async (t) => {
  const drills = new FakeDrills();
  const { management } = await setup(t, drills);
  const response = await open(management, 'POST', '/drill/fault', '{"fault":"kill"}');
  const lease = await drills.begin({ fault: 'kill' });
  lease.end();
  response.resume();
  await once(response, 'end');
});

test('a fault that is not possible is a conflict, and says why', async (t) => {
  const drills = new FakeDrills();
  drills.problem = 'no worker is ready';
  const { management } = await setup(t, drills);
  const { status, text } = await call(management, 'POST', '/drill/fault', '{"fault":"kill"}');
  assert.deepEqual([status, JSON.parse(text)], [409, { error: 'no worker is ready' }]);
});

for (const body of [
  '',
  '{',
  '[]',
  '{"fault":"flood"}',
  '{"fault":"kill","port":0}',
  '{"fault":"kill","everywhere":1}',
]) {
  test(`bad request: ${body}`, async (t) => {
    const drills = new FakeDrills();
    const { management } = await setup(t, drills);
    assert.equal((await call(management, 'POST', '/drill/fault', body)).status, 400);
    assert.deepEqual(drills.requests, []);
  });
}

test('the version that does not start is Respite’s own, so no token is needed to name it', async (t) => {
  const { management, supervisor } = await setup(t, new FakeDrills());
  assert.equal((await call(management, 'POST', '/drill/bad-version')).status, 202);
  assert.deepEqual(supervisor.calls, ['restart /respite/bad-version.js']);
});

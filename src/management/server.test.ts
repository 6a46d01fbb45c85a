import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { reportOf } from '../core/support.test.ts';
import type { ManagementAddress } from './options.ts';
import { type Management, startManagement } from './server.ts';
import { FakeLog, FakeSupervisor, statusOf } from './support.test.ts';

const FREE: ManagementAddress = { host: '127.0.0.1', port: 0, chosen: true };

interface Setup {
  readonly management: Management;
  readonly supervisor: FakeSupervisor;
  readonly log: FakeLog;
}

async function setup(
  t: TestContext,
  given: { token?: string; address?: ManagementAddress; incidentsDirectory?: string } = {},
): Promise<Setup> {
  const supervisor = new FakeSupervisor();
  const log = new FakeLog();
  const { address = FREE, token, incidentsDirectory } = given;
  const management = await startManagement({
    supervisor,
    log,
    version: '1.2.3',
    address,
    token,
    showsScriptMetrics: true,
    incidentsDirectory,
  });
  t.after(() => management.close());
  return { management, supervisor, log };
}

interface Response {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** As a program on this machine asks, unless the headers say otherwise. Not fetch: that forbids the Host and Origin headers. */
async function call(to: Management, line: string, given: Record<string, string> = {}): Promise<Response> {
  const headers = { Respite: '1', ...given };
  const [method, path] = line.split(' ');
  const port = Number(to.address.slice(to.address.lastIndexOf(':') + 1));
  const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }).end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, text };
}

test('health answers 200 or 503 with the same body under HEAD left out', async (t) => {
  const { management, supervisor } = await setup(t);
  for (const path of ['/health', '/health/live', '/health/ready']) {
    const up = await call(management, `GET ${path}`);
    assert.equal(up.status, 200, path);
    assert.equal(JSON.parse(up.text).status, 'UP');
    assert.equal(up.headers['cache-control'], 'no-store');
    const head = await call(management, `HEAD ${path}`);
    assert.deepEqual([head.status, head.text], [200, '']);
    assert.equal(head.headers['content-length'], up.headers['content-length']);
  }
  supervisor.now = statusOf('running', ['unresponsive']);
  assert.equal((await call(management, 'GET /health')).status, 503);
  assert.equal((await call(management, 'GET /health/ready?now')).status, 503);
  assert.equal((await call(management, 'GET /health/live')).status, 200);
  supervisor.now = statusOf('stopping', []);
  assert.equal((await call(management, 'GET /health/live')).status, 503);
});

test('groups of one’s own, details for authenticated callers only', async (t) => {
  const indicator = reportOf('db', {
    groups: ['ready', 'billing'],
    status: 'DOWN',
    error: 'secret',
    peer: 'secret:5432',
  });
  const { management, supervisor } = await setup(t, { token: 'token' });
  const [worker] = supervisor.now.workers;
  assert.ok(worker);
  supervisor.now = {
    ...supervisor.now,
    health: { readyShare: 0, indicators: [indicator] },
    workers: [{ ...worker, health: [indicator] }],
  };
  const authenticated = { Authorization: 'Bearer token' };
  const billing = await call(management, 'GET /health/billing', authenticated);
  assert.equal(billing.status, 503);
  assert.equal(JSON.parse(billing.text).components.db.details.error, 'secret');
  assert.equal((await call(management, 'GET /health/others')).status, 404);
  assert.equal((await call(management, 'GET /health/a/b')).status, 404);
  assert.equal((await call(management, 'POST /health/billing')).status, 405);
  for (const path of ['/health', '/health/ready', '/health/billing', '/status']) {
    const anonymous = await call(management, `GET ${path}`);
    assert.doesNotMatch(anonymous.text, /secret/, path);
    assert.match(anonymous.text, /"db"/, path);
    assert.match((await call(management, `GET ${path}`, authenticated)).text, /secret/, path);
  }
});

test('admission is switched to dry run and back', async (t) => {
  const { management, supervisor } = await setup(t);
  const switched = async (to: string): Promise<unknown> => {
    const { status, text } = await call(management, `POST /admission/${to}`);
    assert.equal(status, 200);
    return JSON.parse(text);
  };
  assert.deepEqual(await switched('dry-run'), { dryRun: true });
  assert.deepEqual(await switched('enforce'), { dryRun: false });
  assert.deepEqual(supervisor.calls, ['setDryRun true', 'setDryRun false']);
  assert.equal((await call(management, 'GET /admission/dry-run')).status, 405);
});

test('metrics are Prometheus text', async (t) => {
  const { management } = await setup(t);
  const { status, headers, text } = await call(management, 'GET /metrics');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(text, /^respite_worker_restarts_total\{cause="exit"\} 2$/m);
});

test('status is what the supervisor says, with version and uptimes', async (t) => {
  const { management, supervisor } = await setup(t);
  const body = JSON.parse((await call(management, 'GET /status')).text);
  assert.equal(body.version, '1.2.3');
  assert.equal(body.script, supervisor.now.script);
  assert.deepEqual(body.sockets, supervisor.now.sockets);
  assert.equal(body.workers[0].pid, 101);
  assert.ok(body.uptimeSeconds > body.workers[0].uptimeSeconds);
  supervisor.now = statusOf('running', ['unresponsive']);
  assert.equal(JSON.parse((await call(management, 'GET /status')).text).utilization, 1);
});

test('the index names every endpoint', async (t) => {
  const { management } = await setup(t);
  const { endpoints } = JSON.parse((await call(management, 'GET /')).text);
  assert.deepEqual(Object.keys(endpoints), [
    'GET /',
    'GET /health',
    'GET /health/live',
    'GET /health/ready',
    'GET /health/startup',
    'GET /health/:id',
    'GET /health/:id/:component',
    'GET /metrics',
    'GET /status',
    'GET /incidents',
    'GET /incidents/:id',
    'GET /incidents/:id/report.html',
    'POST /incidents/:id/ticket',
    'GET /events',
    'GET /console/:id',
    'POST /drain',
    'POST /admission/dry-run',
    'POST /admission/enforce',
    'POST /restart',
    'GET /quarantine',
    'POST /quarantine/:id/release',
    ...['stack', 'heap-profile', 'cpu-profile', 'heap-snapshot'].map((what) => `POST /capture/${what}`),
    'GET /drill',
    'POST /drill/fault',
    'POST /drill/bad-version',
    'POST /shape/record',
    'POST /shape/stop',
  ]);
});

test('drain goes to the supervisor', async (t) => {
  const { management, supervisor } = await setup(t);
  const { status, text } = await call(management, 'POST /drain');
  assert.deepEqual([status, JSON.parse(text)], [202, { state: 'draining' }]);
  assert.deepEqual(supervisor.calls, ['drain']);
});

test('restart goes to the supervisor, once at a time, and a failure is logged', async (t) => {
  const { management, supervisor, log } = await setup(t);
  supervisor.restartError = new Error('did not come up');
  const { status, text } = await call(management, 'POST /restart');
  assert.deepEqual([status, JSON.parse(text)], [202, { restarting: true, id: 1 }]);
  assert.ok(log.lines.includes('error: the rolling restart failed'));

  supervisor.now = { ...supervisor.now, restarting: true };
  const again = await call(management, 'POST /restart');
  assert.deepEqual(
    [again.status, JSON.parse(again.text)],
    [409, { error: 'a rolling restart is already under way' }],
  );
  supervisor.now = statusOf('stopping', []);
  assert.equal((await call(management, 'POST /restart')).status, 409);
  assert.deepEqual(supervisor.calls, ['restart']);
});

test('other methods and paths are refused, with what is allowed', async (t) => {
  const { management, supervisor } = await setup(t);
  for (const [line, status, allow] of [
    ['POST /health', 405, 'GET, HEAD'],
    ['DELETE /', 405, 'GET, HEAD'],
    ['GET /drain', 405, 'POST'],
    ['HEAD /restart', 405, 'POST'],
    ['GET /health/', 404, undefined],
    ['GET /constructor', 404, undefined],
  ] as const) {
    const answer = await call(management, line);
    assert.deepEqual([answer.status, answer.headers['allow']], [status, allow], line);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  }
  assert.deepEqual(supervisor.calls, []);
});

test('on loopback links, pages of other sites and clients of a proxy are refused', async (t) => {
  const { management, supervisor } = await setup(t);
  assert.equal((await call(management, 'POST /drain', { Respite: '' })).status, 403);
  assert.equal((await call(management, 'POST /drain', { Via: '1.1 proxy' })).status, 403);
  assert.equal((await call(management, 'POST /drain', { Host: 'evil.example' })).status, 403);
  assert.equal((await call(management, 'POST /drain', { Origin: 'https://evil.example' })).status, 403);
  assert.deepEqual(supervisor.calls, []);
});

test('on loopback a token that is set is required', async (t) => {
  const { management, supervisor } = await setup(t, { token: 'secret' });
  assert.equal((await call(management, 'POST /drain')).status, 401);
  assert.deepEqual(supervisor.calls, []);
  assert.equal((await call(management, 'POST /drain', { Authorization: 'Bearer secret' })).status, 202);
});

test('on every interface a POST needs the token', async (t) => {
  const address = { host: '0.0.0.0', port: 0, chosen: true };
  const open = await setup(t, { address });
  const refused = await call(open.management, 'POST /drain');
  assert.equal(refused.status, 403);
  assert.match(refused.text, /RESPITE_MANAGEMENT_TOKEN/);

  const { management, supervisor } = await setup(t, { address, token: 'secret' });
  const anonymous = await call(management, 'POST /drain');
  assert.deepEqual([anonymous.status, anonymous.headers['www-authenticate']], [401, 'Bearer']);
  assert.equal((await call(management, 'POST /drain', { Authorization: 'Bearer no' })).status, 401);
  assert.deepEqual(supervisor.calls, []);
  assert.equal((await call(management, 'POST /drain', { Authorization: 'Bearer secret' })).status, 202);
  assert.equal((await call(management, 'GET /health/live')).status, 200);
});

test('what is no HTTP does not end it, nor does a supervisor that throws', async (t) => {
  const { management, supervisor, log } = await setup(t);
  const socket = connect(Number(management.address.split(':')[1]), '127.0.0.1');
  socket.end('\0\0 what\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  supervisor.status = () => {
    throw new Error('broken');
  };
  assert.equal((await call(management, 'GET /health')).status, 500);
  assert.ok(log.lines.includes('error: the management port could not answer'));
});

test('close does not wait for connections', async () => {
  const management = await startManagement({
    supervisor: new FakeSupervisor(),
    log: new FakeLog(),
    version: '1.2.3',
    address: FREE,
    token: undefined,
    showsScriptMetrics: true,
    incidentsDirectory: undefined,
  });
  const socket = connect(Number(management.address.split(':')[1]), '127.0.0.1');
  socket.on('error', () => {
    // Reset, as intended.
  });
  const closed = new Promise((resolve) => {
    socket.on('close', resolve);
  });
  await once(socket, 'connect');
  socket.write('GET /health HTTP/1.1\r\n');
  socket.resume();
  await management.close();
  await closed;
});

test('a chosen address in use is an error that names the ways out; the default one gives way', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  await assert.rejects(setup(t, { address: { host: '127.0.0.1', port, chosen: true } }), {
    code: 'RESPITE_MANAGEMENT_ADDRESS_IN_USE',
    message: `the management address 127.0.0.1:${port} is in use: choose another with --management <host:port|unix:/path>, or none with --management off`,
  });
  const { management, log } = await setup(t, { address: { host: '127.0.0.1', port, chosen: false } });
  assert.notEqual(management.address, `127.0.0.1:${port}`);
  assert.match(management.address, /^127\.0\.0\.1:\d+$/);
  assert.equal(
    log.lines[0],
    `warn: the management address 127.0.0.1:${port} is in use, taking a free port instead`,
  );
});

test('an address that is not of this machine is an error', async (t) => {
  await assert.rejects(setup(t, { address: { host: '192.0.2.1', port: 0, chosen: true } }), {
    code: 'RESPITE_MANAGEMENT_LISTEN_FAILED',
    message: /^cannot open the management port on 192\.0\.2\.1:0: /,
  });
});

test('what is captured comes as a file to be saved, or says where it was written, or why there is none', async (t) => {
  const { management, supervisor } = await setup(t);
  const profile = await call(management, 'POST /capture/cpu-profile?worker=1&seconds=0.5');
  assert.deepEqual([profile.status, profile.text], [200, '{}']);
  assert.equal(profile.headers['content-disposition'], 'attachment; filename="a.profile"');
  const snapshot = await call(management, 'POST /capture/heap-snapshot');
  assert.deepEqual(
    [snapshot.status, JSON.parse(snapshot.text)],
    [201, { worker: 1, file: '/x/y.heapsnapshot', bytes: 7 }],
  );
  const stack = await call(management, 'POST /capture/stack');
  assert.deepEqual([stack.status, JSON.parse(stack.text)], [503, { error: 'it is gone' }]);
  assert.deepEqual(supervisor.calls, [
    'capture cpu-profile of 1 for 0.5 s',
    'capture heap-snapshot of 1 for 0 s',
    'capture stack of 1 for 0 s',
  ]);
});

test('of which worker has to be said where there are several, and for how long within reason', async (t) => {
  const { management, supervisor } = await setup(t);
  supervisor.now = statusOf('running', ['ready', 'ready']);
  for (const [line, status] of [
    ['/capture/stack', 400],
    ['/capture/stack?worker=3', 404],
    ['/capture/stack?worker=x', 404],
    ['/capture/cpu-profile?worker=2&seconds=61', 400],
    ['/capture/cpu-profile?worker=2&seconds=x', 400],
    ['/capture/cpu-profile?worker=2&seconds=', 200],
  ] as const) {
    assert.equal((await call(management, `POST ${line}`)).status, status, line);
  }
  assert.equal((await call(management, 'POST /capture/stack', { Host: 'evil.example' })).status, 403);
});

// The management port is the supervisor's: it answers whatever the workers are doing.
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { echo, request } from '../harness/http.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { command, respite, type RunningRespite } from '../harness/respite.ts';

interface Health {
  readonly status: string;
  readonly components: Readonly<Record<string, { readonly status: string }>>;
}

async function health(running: RunningRespite, route: string): Promise<[number, string]> {
  const { status, body } = await running.manage(route);
  const { status: word, components } = JSON.parse(body) as Health;
  assert.equal(typeof components, 'object');
  return [status, word];
}

async function untilReady(running: RunningRespite, wanted: 200 | 503): Promise<void> {
  await running.until(
    `readiness ${wanted}`,
    async () => (await health(running, '/health/ready'))[0] === wanted,
  );
}

test('it answers while every worker is blocked, and says that the instance is not ready', async (t) => {
  const running = respite(t, 'blocks.mjs');
  const port = await running.port();
  await running.ready();
  await untilReady(running, 200);
  const blocked = request(port, { path: '/block' });
  await running.saysOnStdout('blocking');
  await untilReady(running, 503);
  assert.deepEqual(await health(running, '/health/ready'), [503, 'DOWN']);
  assert.deepEqual(await health(running, '/health/live'), [200, 'UP']);
  assert.equal((await running.status()).workers[0]?.state, 'unresponsive');
  assert.equal((await running.manage('/metrics')).status, 200);
  writeFileSync(path.join(running.dir, 'unblock'), '');
  assert.equal((await blocked).status, 200);
  await untilReady(running, 200);
  assert.equal((await running.status()).restarts.exit, 0);
});

test('not ready while starting, ready when the script listens', async (t) => {
  const running = respite(t, 'starts-when-allowed.mjs');
  await running.saysOnStdout('starting');
  assert.deepEqual(await health(running, '/health/ready'), [503, 'OUT_OF_SERVICE']);
  assert.equal((await running.status()).state, 'starting');
  writeFileSync(path.join(running.dir, 'allowed'), '');
  await running.port();
  await untilReady(running, 200);
  assert.equal((await running.status()).state, 'running');
});

test('POST /drain: not ready, and still serving', async (t) => {
  const running = respite(t, 'node-http.mjs');
  const port = await running.port();
  await running.ready();
  await untilReady(running, 200);
  assert.ok((await running.manage('/drain', 'POST')).status < 300);
  assert.deepEqual(await health(running, '/health/ready'), [503, 'OUT_OF_SERVICE']);
  assert.deepEqual(await health(running, '/health/live'), [200, 'UP']);
  assert.equal((await running.status()).state, 'draining');
  assert.equal((await echo(port)).method, 'GET');
  assert.equal((await running.manage('/drain', 'POST')).status, 202);
  assert.equal((await running.stop()).code, 0);
});

test('not ready while stopping, until the end', async (t) => {
  const running = respite(t, 'slow.mjs');
  const port = await running.port();
  await running.ready();
  const answer = request(port, { path: '/slow' });
  await running.saysOnStdout('waiting');
  running.signal('SIGTERM');
  await untilReady(running, 503);
  assert.equal((await running.status()).state, 'stopping');
  writeFileSync(path.join(running.dir, 'go'), '');
  assert.equal((await answer).status, 200);
  assert.equal((await running.ended()).code, 0);
});

test('POST /restart replaces the worker; while it does, another one is refused', async (t) => {
  const running = respite(t, 'starts-when-allowed.mjs', { config: { supervisor: { trialMs: 0 } } });
  writeFileSync(path.join(running.dir, 'allowed'), '');
  await running.port();
  const [first] = await running.ready();
  assert.equal((await running.manage('/restart')).status, 405);
  assert.equal((await running.manage('/restart', 'POST')).status, 202);
  await running.untilStatus(
    'a replacement',
    ({ restarting, workers: [worker] }) =>
      !restarting && worker?.state === 'ready' && worker.id !== first?.id,
  );
  assert.equal((await running.status()).restarts.rolling, 1);
});

test('POST /admission/dry-run lets everything through and counts it, in this worker and the next; enforce ends it', async (t) => {
  const running = respite(t, 'gate.mjs', {
    config: { supervisor: { drainTimeoutMs: 50, trialMs: 0 }, admission: { limit: 1, exempt: ['/release'] } },
  });
  const port = await running.port();
  await running.ready();
  const hold = async (): Promise<void> => {
    const abort = new AbortController();
    t.after(() => abort.abort());
    request(port, { path: '/hold', signal: abort.signal }).catch(() => {});
    await running.until('a request in flight', async () => {
      const { workers } = await running.status();
      return workers.some(({ state, sample }) => state === 'ready' && sample?.admission.inFlight === 1);
    });
  };
  const answers = async (status: number): Promise<void> => {
    await running.until(`status ${status}`, async () => (await request(port)).status === status);
  };
  await hold();
  await answers(503);
  assert.equal((await running.manage('/admission/dry-run', 'POST')).status, 200);
  await answers(200);
  assert.equal((await running.status()).dryRun, true);
  await running.untilStatus('a count', ({ totals }) =>
    totals.requests.some(({ decision, reason }) => decision === 'would-shed' && reason === 'in-flight'),
  );
  const [first] = (await running.status()).workers;
  assert.equal((await running.manage('/restart', 'POST')).status, 202);
  await running.untilStatus(
    'a replacement',
    ({ restarting, workers }) => !restarting && workers.every(({ id }) => id !== first?.id),
  );
  await hold();
  assert.equal((await request(port)).status, 200);
  assert.equal((await running.manage('/admission/enforce', 'POST')).status, 200);
  await answers(503);
});

test('metrics count what the workers did, and keep counting when those are gone', async (t) => {
  const running = respite(t, 'dies.mjs');
  const port = await running.port();
  const [first] = await running.ready();
  for (let n = 0; n < 5; n += 1) await echo(port);
  const metric = async (pattern: RegExp): Promise<number> => {
    const { body } = await running.manage('/metrics');
    return [...body.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const admitted = /^respite_admission_requests_total\{[^}]*decision="admitted"[^}]*\} (\d+)$/gm;
  const measured = /^http_server_request_duration_seconds_count\{[^}]*\} (\d+)$/gm;
  await running.until(
    'five requests',
    async () => (await metric(admitted)) === 5 && (await metric(measured)) === 5,
  );
  await echo(port, { path: '/exit?code=1' });
  await running.untilStatus(
    'a replacement',
    ({ workers: [worker] }) => worker?.state === 'ready' && worker.id !== first?.id,
  );
  await echo(port);
  // The last words of a worker may be lost with it, its earlier ones never.
  await running.until('the sum', async () => (await metric(admitted)) >= 6);
  assert.equal(await metric(/^respite_worker_restarts_total\{cause="exit"\} (\d+)$/gm), 1);
  const { body } = await running.manage('/metrics');
  for (const name of [
    'http_server_request_duration_seconds',
    'http_server_active_requests',
    'nodejs_eventloop_utilization',
    'nodejs_eventloop_delay_p99_seconds',
    'respite_admission_limit',
    'respite_admission_in_flight',
    'respite_admission_bytes_in_flight',
    'respite_admission_pressure',
    'respite_worker_restarts_total',
  ]) {
    assert.match(body, new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, 'm'));
  }
});

test("a worker's cache shows its metrics once there is one, and keeps what its predecessors counted", async (t) => {
  const running = respite(t, 'caches.mjs');
  const port = await running.port();
  const [first] = await running.ready();
  const counted = async (result: string): Promise<number | undefined> => {
    const { body } = await running.manage('/metrics');
    const value = new RegExp(`^respite_cache_requests_total\\{result="${result}"\\} (\\d+)$`, 'm').exec(
      body,
    )?.[1];
    return value === undefined ? undefined : Number(value);
  };
  assert.equal(await counted('hit'), undefined);
  for (let n = 0; n < 5; n += 1) {
    const { body } = await request(port, { path: '/cached' });
    assert.equal(body, 'original');
  }
  await running.until('4 hits', async () => (await counted('hit')) === 4 && (await counted('miss')) === 1);
  await request(port, { path: '/exit' });
  await running.untilStatus(
    'a replacement',
    ({ workers: [worker] }) => worker?.state === 'ready' && worker.id !== first?.id,
  );
  await request(port, { path: '/cached' });
  await running.until('a second miss', async () => (await counted('miss')) === 2);
  assert.equal(await counted('hit'), 4);
});

test('an unknown endpoint, a foreign page and a bare request are refused', async (t) => {
  const running = respite(t, 'node-http.mjs');
  await running.port();
  await running.ready();
  assert.equal((await running.manage('/nothing')).status, 404);
  const url = `${await running.management()}/restart`;
  const local = { respite: '1' };
  for (const headers of [{}, { ...local, origin: 'http://evil.example' }, { ...local, via: '1.1 proxy' }]) {
    assert.equal((await fetch(url, { method: 'POST', headers })).status, 403);
  }
  assert.equal((await running.status()).restarts.rolling, 0);
});

test('a Unix socket: only its user gets in, and the next run replaces what a killed one left', async (t) => {
  const socket = path.join(temporaryDirectory(), 'management.sock');
  const options = ['--management', `unix:${socket}`];
  for (let run = 1; run <= 2; run += 1) {
    const running = respite(t, 'node-http.mjs', { options });
    await running.port();
    await running.logs(`management on unix:${socket}`);
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    const asked = command(t, ['status', ...options]);
    assert.equal((await asked.ended()).code, 0, asked.transcript());
    assert.match(asked.stdout, /^node-http\.mjs: /);
    running.signal('SIGKILL');
    await running.ended();
    assert.ok(statSync(socket).isSocket());
  }
});

test('a management port in use: one line, and nothing is left running', async (t) => {
  const first = respite(t, 'node-http.mjs');
  const taken = new URL(await first.management()).host;
  const second = respite(t, 'node-http.mjs', { options: ['--management', taken] });
  const { code } = await second.ended();
  assert.equal(code, 1);
  assert.match(second.stderr, /^respite: .*in use/m);
  assert.deepEqual(await second.offspring(), []);
});

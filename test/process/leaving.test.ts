// SIGTERM with a load balancer in front: readiness goes down first, and everything is served until the balancer has seen it.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { echo, request } from '../harness/http.ts';
import { Load } from '../harness/load.ts';
import { REFUSES_NOTHING, respite } from '../harness/respite.ts';

const STOPPED = { code: 0, signal: null };
const FOR_EVER = { supervisor: { balancer: { waitMs: 600_000 } } };

test('while it leaves it is not ready, but alive, and serves old and new connections as ever', async (t) => {
  const running = respite(t, 'node-http.mjs', { config: FOR_EVER });
  const port = await running.port();
  await running.ready();
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
  });
  await echo(port, { agent });
  running.signal('SIGTERM');
  await running.logs('leaving the load balancer', '600.0 s');
  assert.equal((await running.status()).state, 'draining');
  assert.equal((await running.manage('/health/ready')).status, 503);
  assert.equal((await running.manage('/health/live')).status, 200);
  assert.equal((await request(port, { agent })).headers['connection'], 'keep-alive');
  assert.equal((await request(port)).status, 200);

  // A person has no patience. Not SIGTERM: the same signal within a second would be the same request.
  running.signal('SIGINT');
  assert.deepEqual(await running.ended(), STOPPED);
  assert.deepEqual(await running.offspring(), []);
});

test('when the wait is over it stops in order, and no request has failed', async (t) => {
  const config = {
    admission: REFUSES_NOTHING,
    supervisor: { balancer: { checkIntervalMs: 500, checkFailures: 5 } },
  };
  const running = respite(t, 'node-http.mjs', { config });
  const load = new Load(await running.port());
  await running.ready();
  await load.more(50);
  const startedMs = performance.now();
  running.signal('SIGTERM');
  await running.logs('leaving the load balancer', '3.0 s');
  await load.more(50);
  assert.equal((await running.status()).state, 'draining');
  assert.deepEqual((await load.stop()).failures, []);
  assert.deepEqual(await running.ended(), STOPPED);
  assert.ok(performance.now() - startedMs >= 3000);
  assert.equal(running.logged('stopping: requests in flight').length, 1, running.transcript());
});

test('readiness that POST /drain has taken down counts', async (t) => {
  const config = { supervisor: { balancer: { waitMs: 2000 } } };
  const running = respite(t, 'node-http.mjs', { config });
  await running.ready();
  assert.equal((await running.manage('/drain', 'POST')).status, 202);
  const drainedMs = performance.now();
  await running.until('two seconds of it', () => performance.now() - drainedMs >= 2000);
  assert.deepEqual(await running.stop(), STOPPED);
  assert.deepEqual(running.logged('requests are served for another'), []);
});

test('a worker that dies while the instance leaves is replaced: there are still requests to serve', async (t) => {
  const running = respite(t, 'node-http.mjs', { config: FOR_EVER });
  const port = await running.port();
  const [first] = await running.ready();
  running.signal('SIGTERM');
  await running.logs('leaving the load balancer');
  process.kill(first?.pid ?? 0, 'SIGKILL');
  const [second] = await running.untilStatus(
    'another worker',
    ({ workers }) => workers[0]?.state === 'ready' && workers[0].id !== first?.id && workers,
  );
  assert.equal((await echo(port)).pid, second?.pid);
  // Another signal, which can't be the same request.
  running.signal('SIGINT');
  assert.deepEqual(await running.ended(), STOPPED);
});

test('SIGINT is a person who waits for the prompt: it does not leave first', async (t) => {
  const running = respite(t, 'node-http.mjs', { config: FOR_EVER });
  await running.port();
  await running.ready();
  assert.deepEqual(await running.stop('SIGINT'), STOPPED);
});

test('before anything was ready no balancer sends requests: SIGTERM does not wait', async (t) => {
  const running = respite(t, 'starts-when-allowed.mjs', { config: FOR_EVER });
  await running.saysOnStdout('starting');
  assert.deepEqual(await running.stop(), STOPPED);
});

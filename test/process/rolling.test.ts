// A rolling restart replaces every worker and loses nothing.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { NO_RESTARTS_YET } from '../../src/supervisor/index.ts';
import { type Answer, echo } from '../harness/http.ts';
import { Load } from '../harness/load.ts';
import { nodeBinary } from '../harness/nodes.ts';
import { rawConnection } from '../harness/raw.ts';
import { REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';
import { SERVERS } from '../harness/servers.ts';

/** The first worker's, and a replacement's. The bench does more. */
const RESTARTS = Number(process.env['RESPITE_TEST_RESTARTS'] ?? 2);
const CONNECTIONS = 6;

/** Requests before the first restart and after each: every connection sends several. What matters are those in between. */
const REQUESTS = 100;

const CALM = { admission: REFUSES_NOTHING, supervisor: { trialMs: 0 } };

async function restartsUnderLoad(running: RunningRespite, load: Load, ask: () => unknown): Promise<void> {
  await load.more(REQUESTS);
  for (let n = 1; n <= RESTARTS; n += 1) {
    const before = await running.ready();
    await ask();
    await running.untilStatus(
      `restart ${n}`,
      ({ workers, restarting }) =>
        !restarting &&
        workers.length === before.length &&
        workers.every(({ id, state }) => state === 'ready' && before.every((old) => old.id !== id)),
    );
    await load.more(REQUESTS);
  }
}

const TESTED = SERVERS.filter(({ file }) => file !== 'node-http.cjs' && file !== 'node-http.ts');

for (const { name, file, protocol } of TESTED) {
  test(`${name}: ${RESTARTS} rolling restarts under load, no failed request`, async (t) => {
    const running = respite(t, file, { config: CALM });
    const load = new Load(await running.port(), { protocol, connections: CONNECTIONS });
    try {
      await restartsUnderLoad(running, load, () => {
        running.signal('SIGHUP');
      });
    } finally {
      await load.stop();
    }
    const { failures, resent, pids, requests } = load.report;
    assert.deepEqual(failures, [], running.transcript());
    // Each session may lose one to the GOAWAY that crosses it; see docs/design/draining.md.
    assert.ok(resent <= CONNECTIONS * RESTARTS, `${resent} streams were refused`);
    assert.equal(pids.size, RESTARTS + 1, `${requests} requests`);
    assert.deepEqual((await running.status()).restarts, { ...NO_RESTARTS_YET, rolling: RESTARTS });
    assert.equal((await running.stop()).code, 0);
  });
}

for (const version of [24, 22] as const) {
  test(`node:http on Node ${version}: rolling restarts under load, no failed request`, async (t) => {
    const node = await nodeBinary(t, version);
    if (node === undefined) return;
    const running = respite(t, 'node-http.mjs', { node, config: CALM });
    const load = new Load(await running.port());
    try {
      await restartsUnderLoad(running, load, () => {
        running.signal('SIGHUP');
      });
    } finally {
      await load.stop();
    }
    assert.deepEqual(load.report.failures, [], running.transcript());
  });
}

test('a client whose connection another server relays to the HTTP server may still use it', async (t) => {
  const running = respite(t, 'relays.mjs', { config: CALM });
  const client = await rawConnection(t, await running.port());
  const ask = async (): Promise<Answer> => {
    await client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return client.response();
  };
  const first = await ask();
  assert.equal(first.headers['connection'], 'keep-alive');
  running.signal('SIGHUP');
  // Logged after a second. A worker without a connection has ended by then.
  await running.logs('worker 1 drains');
  const last = await ask();
  assert.deepEqual([last.body, last.headers['connection']], [first.body, 'close']);
});

test('POST /restart does the same, with two workers', async (t) => {
  const running = respite(t, 'node-http.mjs', { options: ['--workers', '2'], config: CALM });
  const load = new Load(await running.port());
  try {
    await restartsUnderLoad(running, load, async () => {
      const { status } = await running.manage('/restart', 'POST');
      assert.equal(status, 202);
    });
  } finally {
    await load.stop();
  }
  assert.deepEqual(load.report.failures, [], running.transcript());
  assert.equal((await running.status()).restarts.rolling, 2 * RESTARTS);
});

test('a replacement that throws at start leaves the old worker serving, and the log says so', async (t) => {
  const running = respite(t, 'starts-when-allowed.mjs', { config: { supervisor: { trialMs: 0 } } });
  writeFileSync(path.join(running.dir, 'allowed'), '');
  const port = await running.port();
  const [first] = await running.ready();
  writeFileSync(path.join(running.dir, 'broken'), '');
  running.signal('SIGHUP');
  await running.until('the failure in the log', () => running.log.some(({ level }) => level >= 40));
  assert.match(running.stderr, /broken at start/);
  const [after, ...others] = await running.ready();
  assert.equal(after?.id, first?.id);
  assert.equal(others.length, 0);
  assert.equal((await echo(port)).pid, first?.pid);
  assert.equal((await running.manage('/health/ready')).status, 200);
  assert.deepEqual((await running.status()).restarts, NO_RESTARTS_YET);

  // And it is not for good.
  rmSync(path.join(running.dir, 'broken'));
  running.signal('SIGHUP');
  await running.untilStatus(
    'a new worker',
    ({ workers, restarting }) =>
      !restarting && workers.length === 1 && workers[0]?.state === 'ready' && workers[0].id !== first?.id,
  );
});

test('a replacement that never listens is given up after deployTimeoutMs', async (t) => {
  const running = respite(t, 'starts-when-allowed.mjs', {
    config: { supervisor: { deployTimeoutMs: 1000, trialMs: 0 } },
  });
  writeFileSync(path.join(running.dir, 'allowed'), '');
  const port = await running.port();
  const [first] = await running.ready();
  writeFileSync(path.join(running.dir, 'stuck'), '');
  running.signal('SIGHUP');
  await running.until('the failure in the log', () => running.log.some(({ level }) => level >= 40));
  await running.until('the end of the new worker', async () => (await running.offspring()).length === 1);
  assert.equal((await running.ready())[0]?.id, first?.id);
  assert.equal((await echo(port)).pid, first?.pid);
  assert.deepEqual(await running.offspring(), [first?.pid]);
  // It was no worker that died on us.
  assert.deepEqual((await running.status()).restarts, NO_RESTARTS_YET);
});

test('SIGHUP twice restarts no more than is asked for, and nothing is lost', async (t) => {
  const running = respite(t, 'node-http.mjs', { config: CALM });
  const load = new Load(await running.port());
  await running.ready();
  running.signal('SIGHUP');
  running.signal('SIGHUP');
  await running.untilStatus(
    'a restart',
    ({ restarting, restarts, workers }) => !restarting && restarts.rolling >= 1 && workers.length === 1,
  );
  await load.more(100);
  assert.deepEqual((await load.stop()).failures, []);
  assert.ok((await running.status()).restarts.rolling <= 2);
});

// While no worker can take requests, a fallback responder tells everybody so, and it leaves when one can.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { steps } from '../harness/incidents.ts';
import { echo, request } from '../harness/http.ts';
import { kill } from '../harness/process.ts';
import { rawConnection } from '../harness/raw.ts';
import { respite, type RespiteOptions, type RunningRespite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

/** Blocked for good, as far as these tests are concerned: it is not healed, and soon killed in the end. */
const NOT_HEALED = {
  drainTimeoutMs: 300,
  killTimeoutMs: 300,
  detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 60_000, killMs: 60_000 } },
};

/** On top of the goal: with other tests and builds beside it a process takes longer to start. */
const SLOW_MACHINE_MS = 1500;

interface Blocked {
  readonly running: RunningRespite;
  readonly port: number;
  /** Its process. */
  readonly worker: number | undefined;
}

/** A single worker that is blocked, and a fallback responder in its place. */
async function blocked(t: TestContext, given: RespiteOptions = {}): Promise<Blocked> {
  const running = respite(t, 'blocks.mjs', {
    config: { supervisor: NOT_HEALED },
    ...given,
  });
  const port = await running.port();
  const [worker] = await running.ready();
  request(port, { path: '/block' }).catch(() => {});
  await running.untilStatus('a fallback responder', ({ fallbackResponder }) => fallbackResponder.isPresent);
  return { running, port, worker: worker?.pid };
}

async function fallbackPid(running: RunningRespite): Promise<number> {
  return Number((await running.logs('a fallback responder answers 503'))['fallbackPid']);
}

/** Of a process, as it was when that began. */
function environmentOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
}

// They wait for detectors and for pauses between two starts.
describe('the fallback responder', { concurrency: 3 }, () => {
  test(
    'neither it nor a worker inherits the management token',
    { skip: !existsSync('/proc/self') },
    async (t) => {
      const env = { RESPITE_MANAGEMENT_TOKEN: 'open-sesame', API_KEY: 'of-the-application' };
      const { running, worker = 0 } = await blocked(t, { env });
      for (const pid of [worker, await fallbackPid(running)]) {
        const environment = environmentOf(pid);
        assert.ok(environment.includes('API_KEY=of-the-application'));
        assert.ok(environment.every((variable) => !variable.includes('open-sesame')));
      }
    },
  );

  test('one blocked worker: 503 within half a second of its being noticed, then its replacement serves', async (t) => {
    const running = respite(t, 'blocks.mjs', {
      config: {
        supervisor: {
          stableMs: 300,
          detect: { blockedLoop: { unreadyMs: 1000, evidenceMs: 4000, killMs: 5000 } },
        },
      },
    });
    const port = await running.port();
    const [sick] = await running.ready();
    request(port, { path: '/block' }).catch(() => {});
    await running.untilStatus(
      'a blocked worker',
      ({ workers: [worker] }) => worker?.state === 'unresponsive',
    );
    const noticedMs = performance.now();
    // These wait in the accept queue, since the one that would take them is blocked.
    const early = await Promise.all(Array.from({ length: 20 }, () => request(port)));
    const afterMs = performance.now() - noticedMs;
    assert.ok(afterMs < 500 + SLOW_MACHINE_MS, `answered ${afterMs} ms after it was noticed`);
    for (const { status, headers } of early) {
      assert.deepEqual([status, headers['respite-shed'], headers['connection']], [503, 'no-worker', 'close']);
      const seconds = Number(headers['retry-after']);
      assert.ok(seconds >= 1 && seconds <= 30, String(seconds));
    }
    const { pid } = await until('the replacement', async () => {
      const { status, body } = await request(port);
      return status === 200 && (JSON.parse(body) as { pid: number });
    });
    assert.notEqual(pid, sick?.pid);
    await until('the blocked worker and the fallback responder to end', async () => {
      return (await running.offspring()).join() === String(pid);
    });
    const { fallbackResponder, incidents } = await running.status();
    assert.equal(fallbackResponder.isPresent, false);
    assert.ok(fallbackResponder.answered >= 20);
    assert.match(steps(incidents[0] as (typeof incidents)[number]), /has been blocked for/);
    await running.logs('the fallback responder leaves');
  });

  test('a worker that turns again takes its connections itself', async (t) => {
    const { running, port, worker } = await blocked(t);
    assert.equal((await request(port)).status, 503);
    writeFileSync(path.join(running.dir, 'unblock'), '');
    await until('the worker', async () => (await request(port)).status === 200);
    await until('the end of the fallback responder', async () => (await running.offspring()).length === 1);
    for (let i = 0; i < 20; i += 1) assert.equal((await echo(port)).pid, worker);
  });

  test('a crash loop: 503 that says when, instead of hanging; the management port answers throughout', async (t) => {
    const running = respite(t, 'dies.mjs');
    const port = await running.port();
    await running.ready();
    writeFileSync(path.join(running.dir, 'doomed'), '');
    await echo(port, { path: '/exit?code=3' });
    await running.logs('CRASH LOOP');
    // Whatever waits from before is answered too.
    const { status, headers } = await request(port);
    assert.deepEqual([status, headers['respite-shed']], [503, 'no-worker']);
    // It hears of the next try, in 30 s, when the supervisor looks again.
    await until(
      'the time of the next try',
      async () => Number((await request(port)).headers['retry-after']) > 5,
    );
    assert.equal((await running.manage('/health/ready')).status, 503);
    assert.equal((await running.manage('/health/live')).status, 200);
    const { incidents } = await running.status();
    assert.equal(incidents.length, 1);
    assert.match(
      steps(incidents[0] as (typeof incidents)[number]),
      /no worker takes requests: a fallback responder answers 503/,
    );
    rmSync(path.join(running.dir, 'doomed'));
    running.signal('SIGHUP');
    await running.ready();
    await until('the worker', async () => (await request(port)).status === 200);
  });

  test('a POST with a body, half a request, a request in pieces, several at once', async (t) => {
    const { port } = await blocked(t);
    const posted = await request(port, { method: 'POST', body: 'x'.repeat(1_000_000) });
    assert.equal(posted.status, 503);

    const pieces = await rawConnection(t, port);
    for (const piece of ['GET / HT', 'TP/1.1\r\nHost: a\r\n', '\r\n']) await pieces.write(piece);
    assert.equal((await pieces.response()).status, 503);
    await pieces.closed();
    assert.equal(pieces.error, undefined);

    // The connection is closed after the first answer, so the client knows that the others were not looked at.
    const pipelined = await rawConnection(t, port);
    await pipelined.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
    const { status, headers } = await pipelined.response();
    assert.deepEqual([status, headers['connection']], [503, 'close']);
    await pipelined.closed();
    assert.equal(pipelined.error, undefined);

    const large = await rawConnection(t, port);
    await large.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n');
    const pumped = large.pump(10_000_000);
    assert.equal((await large.response()).status, 503);
    large.destroy();
    await pumped;
  });

  for (const [fixture, protocol] of [
    ['node-https.mjs', 'https'],
    ['http2-stream.mjs', 'h2c'],
    ['http2-secure.mjs', 'h2'],
  ] as const) {
    test(`${protocol}: told at once that there is nobody, and served again when there is`, async (t) => {
      const running = respite(t, fixture, { config: { supervisor: NOT_HEALED } });
      const port = await running.port();
      const [worker] = await running.ready();
      kill(worker?.pid ?? 0, 'SIGSTOP');
      try {
        await running.untilStatus(
          'a fallback responder',
          ({ fallbackResponder }) => fallbackResponder.isPresent,
        );
        // Not by the deadline of the request.
        await assert.rejects(request(port, { protocol }), (error: Error) => error.name !== 'TimeoutError');
      } finally {
        kill(worker?.pid ?? 0, 'SIGCONT');
      }
      await until('the worker', async () =>
        request(port, { protocol }).then(
          ({ status }) => status === 200,
          () => false,
        ),
      );
    });
  }

  test('what speaks no HTTP is left to wait for its worker', async (t) => {
    const running = respite(t, 'greets.mjs');
    const port = await running.port();
    const [worker] = await running.ready();
    kill(worker?.pid ?? 0, 'SIGSTOP');
    const heard: string[] = [];
    try {
      await running.untilStatus('a silent worker', ({ workers: [now] }) => now?.state === 'unresponsive');
      const client = connect(port, '127.0.0.1');
      t.after(() => client.destroy());
      client.on('data', (data) => heard.push(String(data))).on('close', () => heard.push('closed'));
      await running.untilStatus('a longer silence', ({ workers: [now] }) => {
        return Date.now() - (now?.readyAtMs ?? Infinity) > 6000;
      });
      assert.deepEqual(heard, []);
      assert.equal((await running.status()).fallbackResponder.isPresent, false);
    } finally {
      kill(worker?.pid ?? 0, 'SIGCONT');
    }
    await until('the greeting', () => heard[0] === '220 ready\r\n');
  });

  test('it is killed: another comes, but not at once', async (t) => {
    const { running, port } = await blocked(t);
    kill(await fallbackPid(running));
    await running.logs('the fallback responder has ended');
    await running.untilStatus('another one', ({ fallbackResponder }) => fallbackResponder.isPresent);
    const starts = running.logged('a fallback responder answers 503').map(({ time }) => Number(time));
    assert.equal(starts.length, 2);
    assert.ok((starts[1] ?? 0) - (starts[0] ?? 0) >= 4900);
    assert.equal((await request(port)).status, 503);
  });

  test('stopping ends it too', async (t) => {
    const { running } = await blocked(t);
    assert.deepEqual(await running.stop(), { code: 0, signal: null });
    assert.deepEqual(await running.offspring(), []);
  });

  test('the supervisor killed: it ends by itself', async (t) => {
    const { running } = await blocked(t);
    const pid = await fallbackPid(running);
    await until('both of them', async () => (await running.offspring()).length === 2);
    running.signal('SIGKILL');
    await running.exited;
    await until('the end of the fallback responder', async () => !(await running.offspring()).includes(pid));
    writeFileSync(path.join(running.dir, 'unblock'), '');
    await running.untilAlone();
  });

  test('switched off there is none', async (t) => {
    const running = respite(t, 'blocks.mjs', {
      config: { supervisor: { ...NOT_HEALED, fallbackResponder: false } },
    });
    const port = await running.port();
    await running.ready();
    request(port, { path: '/block' }).catch(() => {});
    await running.untilStatus(
      'a blocked worker',
      ({ workers: [worker] }) => worker?.state === 'unresponsive',
    );
    const answer = request(port);
    await running.untilStatus('a longer gap', ({ workers: [worker] }) => (worker?.report?.gapMs ?? 0) > 2500);
    assert.equal((await running.offspring()).length, 1);
    writeFileSync(path.join(running.dir, 'unblock'), '');
    assert.equal((await answer).status, 200);
  });
});

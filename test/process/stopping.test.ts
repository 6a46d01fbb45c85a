// Ending: what is under way is finished, what never finishes is not waited for, and nothing is left running.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Answer, connect2, echo, on, request } from '../harness/http.ts';
import { Load } from '../harness/load.ts';
import { nodeBinary } from '../harness/nodes.ts';
import { rawConnection } from '../harness/raw.ts';
import {
  bare,
  REFUSES_NOTHING,
  respite,
  type RespiteOptions,
  type RunningRespite,
} from '../harness/respite.ts';
import { until, within } from '../harness/until.ts';

const STOPPED = { code: 0, signal: null };

interface Slow {
  readonly running: RunningRespite;
  readonly port: number;
  /** In its handler already. */
  readonly answer: Promise<Answer>;
  readonly finish: () => void;
}

async function slow(t: TestContext, given: RespiteOptions = {}): Promise<Slow> {
  const running = respite(t, 'slow.mjs', given);
  const port = await running.port();
  await running.ready();
  const answer = request(port, { path: '/slow' });
  answer.catch(() => {});
  await running.saysOnStdout('waiting');
  return {
    running,
    port,
    answer,
    finish() {
      writeFileSync(path.join(running.dir, 'go'), '');
    },
  };
}

async function refuses(port: number): Promise<boolean> {
  return request(port, { signal: AbortSignal.timeout(1000) }).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
  );
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal}: the request in flight is finished, new connections are refused, exit code 0`, async (t) => {
    const { running, port, answer, finish } = await slow(t);
    running.signal(signal);
    await until('refused connections', () => refuses(port), running.transcript);
    assert.equal(running.exit, undefined);
    finish();
    assert.equal((await answer).status, 200);
    assert.deepEqual(await running.ended(), STOPPED);
    assert.deepEqual(await running.offspring(), []);
  });
}

for (const version of [24, 22] as const) {
  test(`SIGTERM on Node ${version}: the request in flight is finished`, async (t) => {
    const node = await nodeBinary(t, version);
    if (node === undefined) return;
    const { running, port, answer, finish } = await slow(t, { node });
    running.signal('SIGTERM');
    await until('refused connections', () => refuses(port), running.transcript);
    finish();
    assert.equal((await answer).status, 200);
    assert.deepEqual(await running.ended(), STOPPED);
  });
}

test('the response under way says Connection: close, so that a kept-alive connection ends in order', async (t) => {
  const { running, port, finish } = await slow(t);
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
  });
  assert.equal((await request(port, { agent })).headers['connection'], 'keep-alive');
  const answer = request(port, { path: '/slow', agent });
  await running.saysOnStdout(/waiting[^]*waiting/);
  running.signal('SIGTERM');
  await until('refused connections', () => refuses(port), running.transcript);
  finish();
  const { status, headers } = await answer;
  assert.deepEqual([status, headers['connection']], [200, 'close']);
  assert.deepEqual(await running.ended(), STOPPED);
});

test('an idle kept-alive connection is not waited for', async (t) => {
  const running = respite(t, 'node-http.mjs');
  const connection = await rawConnection(t, await running.port());
  await connection.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal((await connection.response()).status, 200);
  running.signal('SIGTERM');
  await connection.closed();
  assert.equal(connection.error, undefined);
  assert.deepEqual(await running.ended(), STOPPED);
});

test('SIGTERM under load fails no request that was accepted', async (t) => {
  const running = respite(t, 'node-http.mjs', { config: { admission: REFUSES_NOTHING } });
  const load = new Load(await running.port());
  await running.ready();
  await load.more(200);
  assert.deepEqual(await running.stop(), STOPPED);
  const { failures } = await load.stop();
  assert.deepEqual(
    failures.filter((failure) => !failure.includes('ECONNREFUSED')),
    [],
  );
});

test('an HTTP/2 stream in flight is finished', async (t) => {
  const config = { admission: { exempt: ['/release'] } };
  const running = respite(t, 'gate-http2.mjs', { config });
  const port = await running.port();
  await running.ready();
  const session = connect2(port, false);
  t.after(() => {
    session.destroy();
  });
  const held = on(session, { path: '/hold' });
  await running.saysOnStdout('holding /hold');
  const goaway = once(session, 'goaway');
  running.signal('SIGTERM');
  await within('a GOAWAY', goaway, running.transcript);
  writeFileSync(path.join(running.dir, 'go'), '');
  assert.equal((await held).body, 'released');
  assert.deepEqual(await running.ended(), STOPPED);
});

test('a request that never ends is given up at the deadline, and the log says what was waited for and what was cut', async (t) => {
  const { running, answer } = await slow(t, { config: { supervisor: { drainTimeoutMs: 2500 } } });
  assert.deepEqual(await running.stop(), STOPPED);
  await assert.rejects(answer, /ECONNRESET|socket hang up/);
  await running.logs('worker 1 drains: it waits for 1 requests in flight', 'supervisor.drainTimeoutMs');
  const { msg } = await running.logs('worker 1: 1 requests are cut', 'supervisor.drainTimeoutMs');
  assert.match(msg, /after 2\.5 s \(supervisor\.drainTimeoutMs\) \(1 of GET \/slow for \d\.\d s\)$/);
  assert.deepEqual(await running.offspring(), []);
});

test('the same signal within a second changes nothing, another one ends it at once, and the log tells both', async (t) => {
  const { running, port, answer } = await slow(t, { config: { supervisor: { drainTimeoutMs: 600_000 } } });
  running.signal('SIGTERM');
  running.signal('SIGTERM');
  await until('refused connections', () => refuses(port), running.transcript);
  running.signal('SIGTERM');
  await running.logs('SIGTERM again within 1 s: Respite takes it for the same request');
  await running.logs('worker 1 drains: it waits for 1 requests in flight');
  assert.equal(running.exit, undefined);
  running.signal('SIGINT');
  const { code, signal } = await running.ended();
  assert.ok(code !== null && signal === null, running.transcript());
  await assert.rejects(answer);
  await running.logs('it was stopped at once; 1 requests in flight are cut');
  assert.deepEqual(await running.offspring(), []);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`the script's own handler of ${signal} runs, once, and its output is kept`, async (t) => {
    const running = respite(t, 'sigterm.mjs');
    const port = await running.port();
    await running.ready();
    await echo(port);
    assert.deepEqual(await running.stop(signal), STOPPED);
    assert.deepEqual(running.stdout.split('\n').slice(1), [
      `user handler of ${signal}`,
      'user server closed',
      'user exit 0',
      '',
    ]);
  });
}

test('without a handler of its own the script ends as on bare Node.js: no exit event', async (t) => {
  const [onBare, running] = [bare(t, 'node-http.mjs'), respite(t, 'node-http.mjs')];
  await Promise.all([onBare.port(), running.port()]);
  assert.deepEqual(await onBare.stop(), { code: null, signal: 'SIGTERM' });
  assert.deepEqual(await running.stop(), STOPPED);
});

test('a script that ignores SIGTERM is killed after killTimeoutMs', async (t) => {
  const running = respite(t, 'ignores-sigterm.mjs', { config: { supervisor: { killTimeoutMs: 300 } } });
  await running.port();
  await running.ready();
  assert.deepEqual(await running.stop(), STOPPED);
  assert.match(running.stdout, /user ignores SIGTERM/);
  assert.deepEqual(await running.offspring(), []);
});

test('a script whose event loop is blocked is killed', async (t) => {
  const config = { supervisor: { drainTimeoutMs: 300, killTimeoutMs: 300 } };
  const running = respite(t, 'blocks.mjs', { config });
  const port = await running.port();
  await running.ready();
  request(port, { path: '/block' }).catch(() => {});
  await running.saysOnStdout('blocking');
  assert.deepEqual(await running.stop(), STOPPED);
  assert.deepEqual(await running.offspring(), []);
});

test('a signal while the script is still starting', async (t) => {
  const running = respite(t, 'starts-when-allowed.mjs');
  await running.saysOnStdout('starting');
  assert.deepEqual(await running.stop(), STOPPED);
  assert.deepEqual(await running.offspring(), []);
});

test('a signal in the middle of a rolling restart', async (t) => {
  const running = respite(t, 'starts-when-allowed.mjs');
  writeFileSync(path.join(running.dir, 'allowed'), '');
  await running.port();
  await running.ready();
  writeFileSync(path.join(running.dir, 'stuck'), '');
  running.signal('SIGHUP');
  await running.saysOnStdout(/starting[^]*starting/);
  assert.deepEqual(await running.stop(), STOPPED);
  assert.deepEqual(await running.offspring(), []);
});

test('SIGUSR2 and SIGUSR1 reach the scripts of all workers, which go on', async (t) => {
  const running = respite(t, 'sigterm.mjs', {
    options: ['--workers', '2'],
    env: { NODE_OPTIONS: '--inspect-port=0' },
  });
  const port = await running.port();
  const before = await running.ready();
  running.signal('SIGUSR2');
  for (const { pid } of before) await running.saysOnStdout(`user handler of SIGUSR2 ${pid}`);
  running.signal('SIGUSR1');
  await running.saysOnStderr(/Debugger listening[^]*Debugger listening/);
  assert.equal((await echo(port)).method, 'GET');
  assert.deepEqual(
    (await running.ready()).map(({ pid }) => pid),
    before.map(({ pid }) => pid),
  );
  assert.deepEqual(await running.stop(), STOPPED);
});

test('SIGUSR2 without a listener in the script ends Respite, in order', async (t) => {
  const { running, answer, finish } = await slow(t);
  await running.ready();
  running.signal('SIGUSR2');
  await running.logs('SIGUSR2: the script does not listen for it');
  finish();
  assert.equal((await answer).status, 200);
  assert.deepEqual(await running.ended(), STOPPED);
});

test('a worker that is blocked does not hear that it is to end: it is killed after killMs, not after the drain', async (t) => {
  const running = respite(t, 'faults/blocked.mjs', {
    config: {
      supervisor: {
        drainTimeoutMs: 600_000,
        fallbackResponder: false,
        detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 1000, killMs: 3000 } },
      },
    },
  });
  const port = await running.port();
  await running.untilStatus('a report', ({ workers: [worker] }) => worker?.report !== undefined);
  request(port, { path: '/sleepy-loop' }).catch(() => {});
  await running.saysOnStdout('going wrong');
  assert.deepEqual(await running.stop(), STOPPED);
  assert.deepEqual(await running.offspring(), []);
});

test('the supervisor killed: workers finish what is in flight, then end', async (t) => {
  const { running, port, answer, finish } = await slow(t, { options: ['--workers', '2'] });
  const workers = await running.offspring();
  assert.equal(workers.length, 2);
  running.signal('SIGKILL');
  await running.exited;
  // Only the worker with the request is waited for; nobody accepts any more.
  await until('refused connections', () => refuses(port), running.transcript);
  finish();
  assert.equal((await answer).status, 200);
  await running.untilAlone();
});

test('the supervisor killed: a request that never ends does not keep a worker forever', async (t) => {
  const { running } = await slow(t, { config: { supervisor: { drainTimeoutMs: 500, killTimeoutMs: 500 } } });
  running.signal('SIGKILL');
  await running.exited;
  await running.untilAlone();
});

test('Ctrl-C reaches the process group, and still ends in order', async (t) => {
  // A terminal sends SIGINT to every process of the foreground group; the workers have a group of their own.
  const { running, answer, finish } = await slow(t);
  const [worker] = await running.offspring();
  assert.notEqual(processGroup(worker), processGroup(running.pid));
  running.signal('SIGINT');
  finish();
  assert.equal((await answer).status, 200);
  assert.deepEqual(await running.ended(), STOPPED);
});

function processGroup(pid: number | undefined): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2];
}

// Listening: as on bare Node.js, but the socket outlives the workers.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { type Echo, echo, request } from '../harness/http.ts';
import { kill, temporaryDirectory } from '../harness/process.ts';
import { bare, respite, type RunningRespite } from '../harness/respite.ts';
import { freePort } from '../harness/services/service.ts';
import { until } from '../harness/until.ts';

/** Between two connections of one of eight clients: two a millisecond, and cores left for the workers that start. */
const CLIENT_PAUSE_MS = 4;

test('port 0 is any free one, and the same one after a restart', async (t) => {
  const running = respite(t, 'node-http.mjs');
  const port = await running.port();
  const [first] = await running.ready();
  assert.ok(port > 0 && first);
  kill(first.pid);
  await running.port(1);
  const [second] = await running.untilStatus('a replacement', ({ workers }) =>
    workers.length === 1 && workers[0]?.state === 'ready' && workers[0].pid !== first.pid
      ? workers
      : undefined,
  );
  assert.deepEqual(running.ports, [port, port]);
  assert.equal((await echo(port)).pid, second?.pid);
});

for (const file of ['main-module/main.js', 'main-module/main.server']) {
  test(`${file} is the main module of a replacement too`, async (t) => {
    const running = respite(t, file);
    const port = await running.port();
    const [first] = await running.ready();
    kill(first?.pid ?? 0);
    assert.equal(await running.port(1), port);
  });
}

test('a port that the script names', async (t) => {
  const port = await freePort();
  const running = respite(t, 'node-http.mjs', { env: { PORT: String(port) } });
  assert.equal(await running.port(), port);
  await running.ready();
  assert.equal((await echo(port)).method, 'GET');
});

test('two servers on two ports', async (t) => {
  const running = respite(t, 'listens.mjs', { args: ['two'] });
  const [one, two] = [await running.port(0), await running.port(1)];
  await running.ready();
  const { sockets } = await running.untilStatus(
    'two sockets',
    (status) => status.sockets.length === 2 && status,
  );
  assert.deepEqual(new Set(sockets.map(({ port }) => port)), new Set([one, two]));
  assert.equal((await echo(one)).pid, (await echo(two)).pid);
});

test('a port of its own in each worker, by RESPITE_WORKER, stays with its slot in a rolling restart', async (t) => {
  const ports = [await freePort(), await freePort()];
  const running = respite(t, 'listens-by-worker.mjs', {
    options: ['--workers', '2'],
    env: { OWN_PORTS: ports.join() },
    config: { supervisor: { trialMs: 0 } },
  });
  await running.port();
  const before = await running.ready();
  running.signal('SIGHUP');
  await running.logs('rolling restart is done');
  const after = await running.ready();
  assert.equal(new Set([...before, ...after].map(({ pid }) => pid)).size, 4);
  for (const [i, port] of ports.entries()) assert.equal((await request(port)).body, `worker ${i + 1}`);
});

test('server.address() and server.listening right after listen()', async (t) => {
  const running = respite(t, 'listens.mjs', { args: ['sync'] });
  const port = await running.port();
  await running.ready();
  assert.match(running.stdout, new RegExp(`^at once ${port} true$`, 'm'));
  const [worker] = await running.ready();
  kill(worker?.pid ?? 0);
  // A replacement gets the socket from the supervisor, and still knows its address at once.
  await running.port(1);
  const again = [...running.stdout.matchAll(/^at once (\d+) true$/gm)].map(([, found]) => Number(found));
  assert.deepEqual(again, [port, port]);
});

for (const how of ['localhost', 'ipv4', 'ipv6', 'string', 'promise']) {
  test(`listen() given ${how}`, async (t) => {
    const host = how === 'ipv6' ? '::1' : how === 'localhost' ? 'localhost' : '127.0.0.1';
    const [onBare, running] = [
      bare(t, 'listens.mjs', { args: [how] }),
      respite(t, 'listens.mjs', { args: [how] }),
    ];
    await get(`http://${host.includes(':') ? `[${host}]` : host}:${await onBare.port()}/`);
    const answer = await get(`http://${host.includes(':') ? `[${host}]` : host}:${await running.port()}/`);
    const [worker] = await running.ready();
    assert.equal(answer.pid, worker?.pid);
    // Bound to what bare Node.js binds to, and nothing more.
    if (how === 'ipv4' || how === 'ipv6') {
      await assert.rejects(get(`http://${how === 'ipv6' ? '127.0.0.1' : '[::1]'}:${await running.port()}/`));
    }
  });
}

test('a port in use ends it as it ends bare Node.js', async (t) => {
  const { port } = await occupied(t);
  const env = { PORT: String(port) };
  const onBare = bare(t, 'node-http.mjs', { env });
  const expected = await onBare.ended();
  const running = respite(t, 'node-http.mjs', { env });
  assert.deepEqual(await running.ended(), expected);
  const said = /Error: listen EADDRINUSE: address already in use :::\d+/;
  assert.match(onBare.stderr, said);
  assert.match(running.stderr, said);
  assert.equal(running.stdout, onBare.stdout);
  assert.equal(running.stderr.match(/^respite: /gm)?.length, 1, running.stderr);
  assert.deepEqual(await running.offspring(), []);
});

test('the script may handle a port in use by itself', async (t) => {
  const { port } = await occupied(t);
  const env = { PORT: String(port) };
  const onBare = bare(t, 'listens.mjs', { env, args: ['error-handled'] });
  await onBare.ended();
  const running = respite(t, 'listens.mjs', { env, args: ['error-handled'] });
  assert.equal((await running.ended()).code, 1);
  assert.equal(running.stdout, onBare.stdout);
  assert.match(running.stdout, new RegExp(`handled EADDRINUSE listen ${port}`));
});

test('the script may try another port when one is in use', async (t) => {
  const { port } = await occupied(t);
  const running = respite(t, 'listens.mjs', { env: { PORT: String(port) }, args: ['next-free'] });
  const other = await running.port();
  assert.notEqual(other, port);
  await running.ready();
  assert.equal((await echo(other)).method, 'GET');
});

test('exclusive means nothing to a single process, so it is shared as any other', async (t) => {
  const running = respite(t, 'listens.mjs', { args: ['exclusive'], options: ['--workers', '2'] });
  const ports = [await running.port(0), await running.port(1)];
  assert.equal(ports[0], ports[1]);
  await running.ready();
  assert.equal((await running.status()).sockets.length, 1);
});

test('exclusive stays the worker’s own where the configuration says so, with a warning', async (t) => {
  const config = { supervisor: { shareExclusive: false } };
  const running = respite(t, 'listens.mjs', { args: ['exclusive'], config });
  await running.port();
  await running.ready();
  assert.equal((await running.logs(/exclusive/)).level, 40);
  assert.deepEqual((await running.status()).sockets, []);
});

for (const [how, warning] of [
  ['reusePort', /reusePort/],
  ['fd', /file descriptor|fd/],
] as const) {
  test(`${how} passes through, with a warning`, async (t) => {
    const running = respite(t, 'listens.mjs', { args: [how] });
    const port = await running.port();
    const [worker] = await running.ready();
    assert.equal((await echo(port)).pid, worker?.pid);
    assert.equal((await running.logs(warning)).level, 40);
    assert.deepEqual((await running.status()).sockets, []);
  });
}

test('a socket that systemd has opened is handed on under its number', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.after(() => holder.close());
  const { fd } = (holder as unknown as { _handle: { fd: number } })._handle;
  // systemd names the process that it starts, whose number is known only when it runs.
  const dir = temporaryDirectory();
  const node = path.join(dir, 'started-by-systemd');
  writeFileSync(
    node,
    `#!/bin/sh\nLISTEN_FDS=1 LISTEN_PID=$$ LISTEN_PIDFDID=1 exec ${process.execPath} "$@"\n`,
    { mode: 0o755 },
  );
  const running = respite(t, 'listens.mjs', { args: ['systemd'], descriptor3: fd, dir, node });
  assert.equal(await running.port(), (holder.address() as AddressInfo).port);
  const [first] = await running.ready();
  kill(first?.pid ?? 0);
  await running.port(1);
  const [second] = await running.ready();
  assert.notEqual(second?.pid, first?.pid);
});

test('sockets that systemd has opened for another process are not handed on', async (t) => {
  const env = { LISTEN_FDS: '1', LISTEN_PID: '1' };
  const running = respite(t, 'listens.mjs', { args: ['systemd'], env });
  const { code } = await running.ended();
  assert.equal(code, 1);
  assert.match(running.stdout, /no sockets for this process/);
});

test("a port that a request opens is its process's own, and no condition of a restart", async (t) => {
  const running = respite(t, 'opens-later.mjs', { config: { supervisor: { trialMs: 0 } } });
  const port = await running.port();
  const [first] = await running.ready();
  const open = async (): Promise<number> => Number((await request(port, { path: '/open' })).body);
  const before = [await open(), await open()];
  for (const other of before) assert.equal((await request(other)).body, `other ${first?.pid}`);
  assert.equal((await running.status()).sockets.length, 1);
  running.signal('SIGHUP');
  const { workers } = await running.untilStatus(
    'the new worker alone',
    ({ restarts, workers: [worker, ...others] }) =>
      restarts.rolling === 1 && others.length === 0 && worker?.state === 'ready' && { workers: [worker] },
  );
  const [second] = workers;
  for (const other of [await open(), await open()]) {
    assert.ok(!before.includes(other));
    assert.equal((await request(other)).body, `other ${second?.pid}`);
  }
  assert.equal((await echo(port)).pid, second?.pid);
});

test('a socket that the next worker does not open again is given up', async (t) => {
  // On a slow machine a fallback responder would answer before the next worker does.
  const running = respite(t, 'opens-later.mjs', { config: { supervisor: { fallbackResponder: false } } });
  const port = await running.port();
  const [first] = await running.ready();
  const other = await freePort();
  await request(port, { path: `/open/${other}` });
  assert.equal((await request(other)).body, `other ${first?.pid}`);
  kill(first?.pid ?? 0);
  await running.port(1);
  assert.equal((await echo(port)).method, 'GET');
  await running.untilStatus('one socket', ({ sockets }) => sockets.length === 1);
  await running.until('the other port refuses', async () => {
    const ending = await request(other, { signal: AbortSignal.timeout(1000) }).catch(
      (error: unknown) => error,
    );
    return (ending as { code?: unknown }).code === 'ECONNREFUSED';
  });
  const [second] = await running.ready();
  assert.equal((await echo(port)).pid, second?.pid);
});

test('all workers killed under load: no connection is refused', async (t) => {
  const running = respite(t, 'node-http.mjs', { options: ['--workers', '2'] });
  const port = await running.port();
  await running.ready();
  const refused: string[] = [];
  let answered = 0;
  const stopping = new AbortController();
  // New connections all the time: each either waits for the next worker or was lost with a worker that had accepted it.
  const clients = Array.from({ length: 8 }, async () => {
    while (!stopping.signal.aborted) {
      try {
        await request(port);
        answered += 1;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ECONNRESET' && code !== 'EPIPE') refused.push(`${code}: ${String(error)}`);
      }
      await delay(CLIENT_PAUSE_MS);
    }
  });
  try {
    for (let round = 0; round < 3; round += 1) {
      const before = await running.ready();
      const goal = answered + 50;
      await until('answers', () => answered >= goal, running.transcript);
      for (const { pid } of before) kill(pid);
      await running.untilStatus(
        'new workers',
        ({ workers }) =>
          workers.length === 2 &&
          workers.every(({ pid, state }) => state === 'ready' && before.every((old) => old.pid !== pid)),
      );
    }
  } finally {
    stopping.abort();
    await Promise.all(clients);
  }
  assert.deepEqual(refused, []);
  const { restarts } = await running.status();
  assert.equal(restarts.signal, 6);
});

test('a probe for a free port is no server, and does not move the port in replacements or other workers', async (t) => {
  const port = await freePort();
  const env = { PORT: String(port) };
  const running = respite(t, 'probes.mjs', { env, options: ['--workers', '2'] });
  await running.port(1);
  const [first] = await running.ready();
  kill(first?.pid ?? 0);
  await running.port(2);
  await running.ready();
  assert.deepEqual(running.ports, [port, port, port]);
  assert.equal((await running.status()).sockets.length, 1);
  assert.deepEqual(running.logged(/no process listens|crash/i), []);
});

test('close() by the script refuses connections soon, and it may listen again', async (t) => {
  const running = respite(t, 'closes.mjs');
  const port = await running.port();
  await running.ready();
  assert.equal((await request(port, { path: '/close' })).status, 200);
  await closesAndListensAgain(running, port);
});

test('close() as soon as it listens does the same', async (t) => {
  const running = respite(t, 'closes.mjs', { args: ['at-once'] });
  await closesAndListensAgain(running, await running.port());
});

async function closesAndListensAgain(running: RunningRespite, port: number): Promise<void> {
  await running.saysOnStdout('closed undefined');
  await until('refused connections', () => refuses(port), running.transcript);
  writeFileSync(path.join(running.dir, 'again'), '');
  assert.equal(await running.port(1), port);
  assert.equal((await echo(port)).method, 'GET');
}

async function refuses(port: number): Promise<boolean> {
  return request(port, { signal: AbortSignal.timeout(5000) }).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
  );
}

async function get(url: string): Promise<Echo> {
  return (await (await fetch(url, { headers: { connection: 'close' } })).json()) as Echo;
}

/** A port that something else listens on. */
async function occupied(t: TestContext): Promise<{ port: number }> {
  const server = createServer().listen(0);
  t.after(() => server.close());
  await once(server, 'listening');
  return server.address() as { port: number };
}

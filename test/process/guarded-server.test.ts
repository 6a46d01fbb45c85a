// Servers whose code writes without looking, to clients that don't read.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createWriteBudget, guardServer, type WriteBudget } from '../../src/backpressure/index.ts';
import { request } from '../harness/http.ts';
import { respite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

const MB = 1024 * 1024;
const LIMIT_BYTES = 16 * MB;

async function guarded(t: TestContext, server: Server): Promise<{ port: number; budget: WriteBudget }> {
  const budget = createWriteBudget({ limitBytes: LIMIT_BYTES });
  const guard = guardServer(server, { budget });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    guard.stop();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, budget };
}

async function dial(t: TestContext, port: number): Promise<Socket> {
  const client = net.connect(port, '127.0.0.1').pause();
  client.on('error', () => {});
  t.after(() => client.destroy());
  await once(client, 'connect');
  return client;
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test('pipelined requests of a client that never reads: it is cut when the limit is reached, and nothing is kept', async (t) => {
  const server = http.createServer((_, response) => {
    response.end(Buffer.alloc(MB));
  });
  const { port, budget } = await guarded(t, server);
  const client = await dial(t, port);
  client.write(GET.repeat(400));
  await until('its eviction', () => budget.stats().evictions['budget'] === 1);
  await until('nothing to be held', () => budget.stats().usedBytes === 0 && budget.stats().channels === 0);
});

test('a client that never reads goes, those that read get all of theirs', async (t) => {
  const server = http.createServer((_, response) => {
    for (let i = 0; i < 6; i += 1) response.write(Buffer.alloc(MB, i));
    response.end();
  });
  const { port, budget } = await guarded(t, server);
  const stuck = await Promise.all(Array.from({ length: 6 }, async () => dial(t, port)));
  for (const client of stuck) client.write(GET);
  await until('two to be cut', () => (budget.stats().evictions['budget'] ?? 0) >= 2);
  for (let i = 0; i < 5; i += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal((await answer.arrayBuffer()).byteLength, 6 * MB);
  }
  assert.ok(budget.stats().usedBytes <= LIMIT_BYTES);
});

test('of sessions of HTTP/2 whose windows are closed, those that hold most are cut', async (t) => {
  const server = http2.createServer((_, response) => {
    response.end(Buffer.alloc(MB));
  });
  const { port, budget } = await guarded(t, server);
  // Node.js lets a session hold 10 MB by itself (maxSessionMemory), so it takes several.
  const sessions = Array.from({ length: 5 }, () => {
    const session = http2.connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
    session.on('error', () => {});
    t.after(() => session.destroy());
    for (let j = 0; j < 6; j += 1) session.request({ ':path': '/' }).on('error', () => {});
    return session;
  });
  await until('an eviction', () => (budget.stats().evictions['budget'] ?? 0) >= 2);
  await until('the others to be left', () => sessions.filter(({ destroyed }) => destroyed).length >= 2);
  const { usedBytes, limitBytes } = budget.stats();
  assert.ok(usedBytes > 0 && usedBytes <= limitBytes, `${usedBytes} used`);
});

test('a server of plain TCP that floods is bounded as well', async (t) => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    const flood = setInterval(() => socket.write(Buffer.alloc(MB)), 10);
    socket.once('close', () => clearInterval(flood));
  });
  const { port, budget } = await guarded(t, server);
  await dial(t, port);
  await until('its eviction', () => budget.stats().evictions['budget'] === 1);
  await until('nothing to be held', () => budget.stats().usedBytes === 0);
});

test('a stopped guard looks no more, and leaves the connections alone', async (t) => {
  const server = http.createServer((_, response) => {
    response.end(Buffer.alloc(6 * MB));
  });
  const budget = createWriteBudget({ limitBytes: LIMIT_BYTES });
  guardServer(server, { budget }).stop();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal((await answer.arrayBuffer()).byteLength, 6 * MB);
  assert.equal(budget.stats().channels, 0);
});

test('under respite run it is one option, for a script that knows nothing of it', async (t) => {
  const running = respite(t, 'floods.mjs', {
    config: { backpressure: { limitBytes: 100 * MB, kernelBuffers: false } },
  });
  const port = await running.port();
  const clients: Socket[] = [];
  // One after the other: each is held 64 MB, so the second is one too many.
  for (let i = 0; i < 6; i += 1) {
    const client = await dial(t, port);
    clients.push(client);
    client.write(GET.replace('Host: a', 'Host: a\r\nConnection: close'));
    client.once('data', () => client.pause()).resume();
    await until('its response to begin', () => client.bytesRead > 0);
    assert.equal((await request(port, { path: '/small' })).body, 'small');
  }
  await running.untilStatus('the budget to press', ({ workers }) =>
    workers[0]?.sample?.admission.pressure.some(({ signal }) => signal === 'write-budget'),
  );
  for (const client of clients) client.resume();
  await until('all to be closed', () => clients.every(({ closed }) => closed));
  const whole = clients.filter(({ bytesRead }) => bytesRead > 64 * MB).length;
  assert.ok(whole >= 1 && whole <= 2, `${whole} got all of it`);
  assert.equal((await running.status()).workers[0]?.state, 'ready');
});

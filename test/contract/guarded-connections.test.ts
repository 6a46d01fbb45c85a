// What a guard sees of connections whose code writes without looking: upgraded ones, those that end in the middle, pipes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { test, type TestContext } from 'node:test';
import tls from 'node:tls';
import https from 'node:https';
import { WebSocket, WebSocketServer } from 'ws';
import { createWriteBudget, guardServer, type WriteBudget } from '../../src/backpressure/index.ts';
import { until } from '../harness/until.ts';
import { certificate } from './servers.ts';

const MB = 1024 * 1024;
const key = readFileSync(new URL('../harness/fixtures/tls/test-only-key.pem', import.meta.url));

function guarded(t: TestContext, server: Server, limitBytes = 8 * MB): WriteBudget {
  const budget = createWriteBudget({ limitBytes });
  const guard = guardServer(server, { budget, slowPeer: false });
  t.after(() => {
    guard.stop();
    server.close();
  });
  return budget;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function untilCut(budget: WriteBudget, count: number): Promise<void> {
  await until(`${count} evictions`, () => (budget.stats().evictions['budget'] ?? 0) >= count);
}

test('a broadcast to WebSockets: those that never read are cut, the others miss nothing', async (t) => {
  const server = http.createServer();
  const budget = guarded(t, server);
  const all = new WebSocketServer({ server });
  all.on('connection', (socket) => socket.on('error', () => {}));
  const port = await listen(server);
  const clients = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const client = new WebSocket(`ws://127.0.0.1:${port}`);
      const seen = { client, received: 0, isStuck: i < 2 };
      client.on('error', () => {});
      client.on('message', () => (seen.received += 1));
      t.after(() => client.terminate());
      await once(client, 'open');
      if (seen.isStuck) client.pause();
      return seen;
    }),
  );
  const message = 'é'.repeat(32 * 1024);
  const readers = clients.filter(({ isStuck }) => !isStuck);
  let sent = 0;
  await until(
    'the stuck ones to be cut',
    async () => {
      for (const socket of all.clients) socket.send(message);
      sent += 1;
      await until(
        'the readers to have it',
        () => readers.every(({ received }) => received === sent),
        undefined,
        undefined,
        1,
      );
      assert.ok(budget.stats().usedBytes <= 8 * MB);
      return all.clients.size === readers.length;
    },
    undefined,
    undefined,
    1,
  );
  assert.equal(budget.stats().evictions['budget'], 2);
  await until('nothing to be held', () => budget.stats().usedBytes === 0);
});

test('a server without a listener for upgrades answers such requests as before', async (t) => {
  const server = http.createServer((_, response) => response.end('plain'));
  guarded(t, server);
  const port = await listen(server);
  const headers = { connection: 'upgrade', upgrade: 'something' };
  const [response] = (await once(http.get({ port, host: '127.0.0.1', headers }), 'response')) as [
    http.IncomingMessage,
  ];
  assert.equal(response.statusCode, 200);
  response.resume();
});

test('a tunnel over TLS that is flooded is cut', async (t) => {
  const server = https.createServer({ cert: certificate, key });
  server.on('connect', (_, socket: Duplex) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const flood = setInterval(() => socket.write(Buffer.alloc(MB)), 5);
    socket.once('close', () => clearInterval(flood));
  });
  const budget = guarded(t, server);
  const port = await listen(server);
  const client = tls.connect({ port, ca: certificate, servername: 'localhost' });
  client.on('error', () => {});
  t.after(() => client.destroy());
  await once(client, 'secureConnect');
  client.pause().write('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n');
  await untilCut(budget, 1);
  await until('nothing to be held', () => budget.stats().usedBytes === 0);
});

test('over a Unix socket, where there is nothing to reset, it is cut all the same', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'respite-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'socket');
  const server = http.createServer((_, response) => response.end(Buffer.alloc(16 * MB)));
  const budget = guarded(t, server);
  server.listen(file);
  await once(server, 'listening');
  const client = net.connect(file).pause();
  client.on('error', () => {});
  t.after(() => client.destroy());
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await untilCut(budget, 1);
  await until('nothing to be held', () => budget.stats().usedBytes === 0 && budget.stats().channels === 0);
});

for (const [how, end] of [
  ['its client destroys the session', ({ session }) => session.destroy()],
  ['its client drops the connection', ({ transport }) => transport.destroy()],
  ['the connection breaks at the server', ({ peer }) => peer.resetAndDestroy()],
  ['the server destroys the session', ({ served }) => served.destroy()],
] as const satisfies readonly (readonly [string, (sides: Sides) => void])[]) {
  test(`an HTTP/2 session in the middle of its responses: ${how}`, async (t) => {
    const server = http2.createServer((_, response) => {
      response.on('error', () => {});
      response.write(Buffer.alloc(300_000));
    });
    const budget = guarded(t, server);
    const port = await listen(server);
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const opened = once(server, 'session') as Promise<[http2.ServerHttp2Session]>;
    const transport = net.connect(port, '127.0.0.1');
    const session = http2.connect('http://x', { createConnection: () => transport });
    for (const each of [transport, session]) each.on('error', () => {});
    const request = session.request({ ':path': '/' });
    request.on('error', () => {});
    await once(request, 'response');
    const [[peer], [served]] = await Promise.all([accepted, opened]);
    served.on('error', () => {});
    end({ session, transport, peer, served });
    await until('its end', () => budget.stats().channels === 0);
    assert.equal(budget.stats().usedBytes, 0);
    session.destroy();
  });
}

interface Sides {
  readonly session: http2.ClientHttp2Session;
  readonly transport: Socket;
  readonly peer: Socket;
  readonly served: http2.ServerHttp2Session;
}

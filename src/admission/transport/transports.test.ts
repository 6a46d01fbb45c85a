// Endings of requests that once had no owner: each in its own server, on real sockets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { protect } from '../protect.ts';
import { OPTIONS, start, until, connect, occupy, session, closeOf, hold } from './subject.test.ts';

/** Node.js 22 aborts as a client that ends a session after one of its streams was reset. */
const diesAsClient =
  process.versions.node.startsWith('22.') && 'needs a client of HTTP/2 that survives a reset (Node.js 24)';

for (const method of ['HEAD', 'GET', 'POST']) {
  const what = `a shed ${method} over HTTP/2 is answered, and its reset is no uncaught exception`;
  test(what, { skip: diesAsClient }, async (t) => {
    const server = http2.createServer(hold);
    const subject = await start(t, server);
    const client = await session(t, subject.port);
    client.request({ ':path': '/held' }).on('error', () => {});
    await until(() => subject.protection.stats().inFlight === 1);
    const length = method === 'POST' ? { 'content-length': '100000' } : {};
    const request = client.request({ ':path': '/', ':method': method, ...length });
    request.on('error', () => {});
    const [headers] = (await once(request, 'response')) as [http2.IncomingHttpHeaders];
    assert.equal(headers[':status'], 503);
    request.resume();
    request.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    client.ping(() => {});
    await closeOf(request);
    assert.equal(subject.protection.stats().inFlight, 1);
  });
}

test('a gRPC call that is shed gets one frame of headers with its status', async (t) => {
  const subject = await start(t, http2.createServer(hold));
  const client = await session(t, subject.port);
  client.request({ ':path': '/held' }).on('error', () => {});
  await until(() => subject.protection.stats().inFlight === 1);
  const call = client.request({ ':path': '/a', ':method': 'POST', 'content-type': 'application/grpc' });
  const [headers, flags] = (await once(call, 'response')) as [http2.IncomingHttpHeaders, number];
  assert.deepEqual([headers[':status'], headers['grpc-status'], flags & 1], [200, '14', 1]);
});

test('a client that has said goodbye holds its places for ten seconds at most', async (t) => {
  const server = http2.createServer(hold);
  const subject = await start(t, server);
  const goodbye = new Promise((resolve) => server.once('session', (each) => each.once('goaway', resolve)));
  const client = await session(t, subject.port);
  client.request({ ':path': '/' }).on('error', () => {});
  await until(() => subject.protection.stats().inFlight === 1);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  client.goaway();
  await goodbye;
  t.mock.timers.tick(9999);
  assert.equal(subject.protection.stats().inFlight, 1);
  t.mock.timers.tick(1);
  assert.equal(subject.protection.stats().inFlight, 0);
});

test('a client that says goodbye with nothing in flight costs no timer', async (t) => {
  const server = http2.createServer((_request, response) => response.end());
  const subject = await start(t, server);
  const goodbye = new Promise((resolve) => server.once('session', (each) => each.once('goaway', resolve)));
  const client = await session(t, subject.port);
  await once(client.request({ ':path': '/' }).resume(), 'close');
  await until(() => subject.protection.stats().inFlight === 0);
  const timers = t.mock.method(globalThis, 'setTimeout');
  client.goaway();
  await goodbye;
  assert.equal(timers.mock.callCount(), 0);
});

test('a shed upgrade whose client has gone is no uncaught exception', async (t) => {
  const server = http.createServer(hold);
  server.on('upgrade', hold);
  const subject = await start(t, server);
  await occupy(t, subject);
  const stream = new PassThrough();
  const message = Object.assign(new http.IncomingMessage(stream as never), {
    method: 'GET',
    url: '/',
    httpVersionMajor: 1,
  });
  server.emit('upgrade', message, stream, Buffer.alloc(0));
  stream.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
  await closeOf(stream);
});

test('pipelined requests of a client that leaves are all given back', async (t) => {
  const subject = await start(t, http.createServer(hold), { ...OPTIONS, limit: 10 });
  const socket = await connect(t, subject.port);
  socket.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5));
  await until(() => subject.protection.stats().inFlight === 5);
  socket.resetAndDestroy();
  await until(() => subject.protection.stats().inFlight === 0);
});

test('a response that the handler takes over is given back at once', async (t) => {
  const server = http.createServer((request, response) => {
    response.detachSocket(request.socket);
    request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
  });
  const subject = await start(t, server);
  const socket = await connect(t, subject.port);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.match(String((await once(socket, 'data'))[0]), /hi$/);
  assert.equal(subject.protection.stats().inFlight, 0);
});

test('a response has no listener of Respite once some have shown that its end is seen without', async (t) => {
  const listeners: number[] = [];
  const server = http.createServer((_request, response) => {
    listeners.push(response.listenerCount('close'));
    response.end('x');
  });
  const subject = await start(t, server, { ...OPTIONS, limit: 100 });
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  for (let i = 0; i < 30; i += 1) {
    const [response] = (await once(http.get({ port: subject.port, agent }), 'response')) as [
      http.IncomingMessage,
    ];
    response.resume();
    await once(response, 'end');
  }
  assert.equal(listeners.at(-1), 0);
  await until(() => subject.protection.stats().inFlight === 0);
});

test('requests that are emitted by hand, without a connection, end with their response', async (t) => {
  const server = http.createServer((_request, response) => response.end('x'));
  const protection = protect(server, OPTIONS);
  t.after(() => protection.stop());
  for (let i = 0; i < 3; i += 1) {
    const message = Object.assign(new http.IncomingMessage(null as never), {
      method: 'GET',
      url: '/',
      httpVersionMajor: 1,
    });
    const response = new http.ServerResponse(message);
    response.assignSocket(new PassThrough() as never);
    server.emit('request', message, response);
    await once(response, 'finish');
  }
  assert.deepEqual(
    protection.stats().requests.map(({ decision, count }) => [decision, count]),
    [['admitted', 3]],
  );
  assert.equal(protection.stats().inFlight, 0);
});

test('an upgrade that two servers see is counted once', async (t) => {
  const outer = http.createServer(hold);
  const inner = http.createServer(hold);
  inner.on('upgrade', (_request, socket: Socket) => socket.end());
  outer.on('upgrade', (...args) => inner.emit('upgrade', ...args));
  const protection = protect(inner, OPTIONS);
  const subject = await start(t, outer);
  const socket = await connect(t, subject.port);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  await once(socket, 'close');
  assert.deepEqual([protection.stats().requests, subject.protection.stats().requests[0]?.count], [[], 1]);
});

test('an extended CONNECT is not held in flight', async (t) => {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } });
  server.on('stream', (stream: http2.ServerHttp2Stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    stream.resume();
  });
  const subject = await start(t, server);
  const client = await session(t, subject.port);
  await once(client, 'remoteSettings');
  const socket = client.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/' });
  socket.on('error', () => {});
  const [headers] = (await once(socket, 'response')) as [http2.IncomingHttpHeaders];
  assert.equal(headers[':status'], 200);
  assert.equal(subject.protection.stats().inFlight, 0);
});

test('a body that is cut never looks complete', async (t) => {
  const seen: string[] = [];
  const server = http.createServer((request) => {
    for (const event of ['end', 'aborted', 'error', 'close']) request.on(event, () => seen.push(event));
    if (request.url === '/read') request.resume();
  });
  const subject = await start(t, server, { ...OPTIONS, limit: 10, bodyBudgetBytes: 40_000 });
  const chunk = (bytes: number): string => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;
  const head = (path: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const other = await connect(t, subject.port);
  other.write(head('/held') + chunk(20_000));
  await until(() => subject.protection.stats().bytesInFlight === 20_000);
  const socket = await connect(t, subject.port);
  // The end is in the same read as the byte that is one too many.
  socket.write(`${head('/also-held')}${chunk(25_000)}0\r\n\r\n`);
  assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 503 [^]*Respite-Shed: bytes/);
  await until(() => seen.includes('close'));
  assert.ok(seen.includes('error') && seen.includes('aborted') && !seen.includes('end'), seen.join());
});

test('protection ends with its server, and begins again with it', async (t) => {
  const server = http.createServer((_request, response) => response.end('x'));
  const first = await start(t, server);
  assert.equal((await fetch(`http://127.0.0.1:${first.port}`)).status, 200);
  const closed = once(server, 'close');
  server.closeAllConnections();
  server.close();
  await closed;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  assert.equal(first.protection.stats().requests[0]?.count, 2);
  server.closeAllConnections();
});

// The same run over each protocol: the figures mean the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createSecureServer as createSecureHttp2Server, createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { load, type LoadOptions } from '../../src/load/index.ts';

const fixture = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, '../harness/fixtures/tls', name));
const tls = { cert: fixture('certificate.pem'), key: fixture('test-only-key.pem') };

const BIG_BYTES = 4_000_000;

/** What a server makes of a path. node:http2 has the same interface for it. */
const HANDLERS: Readonly<Record<string, RequestListener>> = {
  '/a?b=c': (_req, res) => {
    res.end('hello');
  },
  '/body': (req, res) => {
    let bytes = 0;
    req.on('data', (chunk: Buffer) => (bytes += chunk.length));
    req.on('end', () => {
      res.statusCode = bytes === 5000 && req.headers['content-length'] === '5000' ? 200 : 500;
      res.end();
    });
  },
  '/shed': (_req, res) => {
    res.writeHead(503, { 'Respite-Shed': 'turn', 'Retry-After': '1' }).end();
  },
  '/teapot': (_req, res) => {
    res.writeHead(418).end();
  },
  '/silent': () => {},
  '/big': (_req, res) => {
    res.end(Buffer.alloc(BIG_BYTES));
  },
};

const handler: RequestListener = (req, res) => {
  req.on('error', () => {});
  res.on('error', () => {});
  HANDLERS[req.url ?? '']?.(req, res);
};

const PROTOCOLS: readonly {
  readonly name: string;
  readonly create: () => Server;
  readonly options: Pick<LoadOptions, 'protocol' | 'insecure'>;
}[] = [
  { name: 'http', create: () => createServer(handler), options: {} },
  { name: 'https', create: () => createHttpsServer(tls, handler), options: { insecure: true } },
  { name: 'h2c', create: () => createHttp2Server(handler as never), options: { protocol: 'h2' } },
  {
    name: 'h2',
    create: () => createSecureHttp2Server(tls, handler as never),
    options: { protocol: 'h2', insecure: true },
  },
];

async function listen(t: TestContext, server: Server, isSecure: boolean): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('sessionError', () => {});
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `${isSecure ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}/`;
}

for (const { name, create, options } of PROTOCOLS) {
  const common: Omit<LoadOptions, 'url'> = {
    ...options,
    // The machine of a test is busy: whether the generator is late says nothing.
    maxLagMs: 1e6,
    rate: 100,
    durationMs: 500,
    deadlineMs: 60_000,
    seed: 1,
  };

  test(`${name}: each request ends as what it is`, async (t) => {
    const url = await listen(t, create(), options.insecure === true);
    const mix = [
      { path: '/a?b=c' },
      { path: '/body', method: 'POST', body: 5000 },
      { path: '/shed' },
      { path: '/teapot' },
      { path: '/a?b=c', method: 'HEAD' },
    ];
    const { kinds, failedBy, refusedBy, latency, good } = await load({
      ...common,
      url,
      mix,
      timeoutMs: 60_000,
    });
    for (const [kind, counts] of Object.entries(kinds)) {
      const outcome = kind === 'GET /shed' ? 'refused' : kind === 'GET /teapot' ? 'failed' : 'good';
      assert.equal(counts[outcome], counts.offered, kind);
      assert.ok(counts.offered > 0, kind);
    }
    assert.deepEqual(failedBy, { '418': kinds['GET /teapot']?.offered });
    assert.deepEqual(refusedBy, { turn: kinds['GET /shed']?.offered });
    assert.equal(latency.count, good);
  });

  test(`${name}: a new connection for each request, and clients that give up`, async (t) => {
    const server = create();
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const url = await listen(t, server, options.insecure === true);
    const served = await load({ ...common, url: `${url}a?b=c`, newConnections: true, timeoutMs: 60_000 });
    assert.equal(served.good, served.offered);
    assert.ok(connections > served.offered, `${connections} connections for ${served.offered} requests`);
    const silent = await load({ ...common, url: `${url}silent`, durationMs: 200, timeoutMs: 500 });
    assert.deepEqual(silent.failedBy, { TIMEOUT: silent.offered });
  });

  test(`${name}: slow readers have connections of their own, and their latency ends with the head`, async (t) => {
    const url = await listen(t, create(), options.insecure === true);
    const slow = { share: 1, bytesPerSecond: 1000 };
    const run = { ...common, url: `${url}big`, durationMs: 300, connections: 1, timeoutMs: 60_000 };
    const { good, offered, bytesReceived, slowReaders } = await load({ ...run, slowReaders: slow });
    assert.equal(good, offered);
    assert.deepEqual(slowReaders, { served: offered, cutOff: 0 });
    assert.ok(bytesReceived < (offered * BIG_BYTES) / 2, `${bytesReceived} bytes for ${offered} responses`);
  });
}

test('HTTP/2: streams that the server refuses are refusals; others that it resets are failures', async (t) => {
  const server = createHttp2Server();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.close({ '/refused': 7, '/calm': 11, '/reset': 2 }[String(headers[':path'])]);
  });
  const url = await listen(t, server, false);
  const mix = ['/refused', '/calm', '/reset'].map((each) => ({ path: each }));
  const result = await load({
    url,
    mix,
    protocol: 'h2',
    maxLagMs: 1e6,
    rate: 100,
    durationMs: 500,
    seed: 1,
    timeoutMs: 60_000,
  });
  assert.equal(result.refused + result.failed, result.offered);
  assert.deepEqual(Object.keys(result.refusedBy).toSorted(), ['ENHANCE_YOUR_CALM', 'REFUSED_STREAM']);
  assert.deepEqual(result.failedBy, { INTERNAL_ERROR: result.kinds['GET /reset']?.offered });
});

test('HTTP/2: what a closing connection has not processed is sent on another one', async (t) => {
  const server = createHttp2Server();
  let unprocessed = 0;
  server.on('session', (session) => {
    let streams = 0;
    session.on('stream', (stream) => {
      stream.on('error', () => {});
      streams += 1;
      // As nginx does after `keepalive_requests`: what comes after the last stream is ignored. Late, so that some do.
      if (streams === 30) setTimeout(() => session.goaway(0, stream.id), 150);
      if (streams > 30) unprocessed += 1;
      else setTimeout(() => stream.destroyed || stream.respond({ ':status': 200 }, { endStream: true }), 100);
    });
  });
  const url = await listen(t, server, false);
  const run = { protocol: 'h2', maxLagMs: 1e6, rate: 300, durationMs: 500, timeoutMs: 60_000 } as const;
  const result = await load({ ...run, url, deadlineMs: 60_000, seed: 1 });
  assert.equal(result.good, result.offered);
  assert.ok(unprocessed > 0, 'no connection was closed under way');
});

test('certificates are checked; what is not HTTP/2 is unreachable', async (t) => {
  const secure = await listen(t, createHttpsServer(tls, handler), true);
  await assert.rejects(load({ url: secure }), {
    code: 'RESPITE_LOAD_UNREACHABLE',
    message: /self-signed certificate.* \(DEPTH_ZERO_SELF_SIGNED_CERT\); `insecure` accepts any certificate$/,
  });
  await assert.rejects(load({ url: secure, protocol: 'h2', insecure: true }), {
    code: 'RESPITE_LOAD_UNREACHABLE',
  });
  // It accepts connections, and never says a word.
  const silent = await listen(t, createTcpServer(), true);
  const attempts = (['http/1.1', 'h2'] as const).map(async (protocol) =>
    assert.rejects(load({ url: silent, protocol, timeoutMs: 100 }), {
      code: 'RESPITE_LOAD_UNREACHABLE',
      message: /: no answer in time to TLS.* \(ETIMEDOUT\)$/,
    }),
  );
  await Promise.all(attempts);
  const plain = await listen(t, createServer(handler), false);
  await assert.rejects(load({ url: plain, protocol: 'h2' }), { code: 'RESPITE_LOAD_UNREACHABLE' });
});

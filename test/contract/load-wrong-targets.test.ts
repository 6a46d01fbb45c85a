// Targets that are no HTTP server, or not the one that was meant: what `respite load` tells of each.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createSecureServer, createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { silenceText } from '../../src/cli/load/silence.ts';
import { load, type LoadOptions } from '../../src/load/index.ts';
import { whyNoScheme } from '../../src/load/tune/server/scheme.ts';

const fixture = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, '../harness/fixtures/tls', name));
const tls = { cert: fixture('certificate.pem'), key: fixture('test-only-key.pem') };

async function listen(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  server.on('sessionError', () => {});
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const echo = (): Server => createServer((socket) => socket.pipe(socket));
const silent = (): Server => createServer();
const closing = (): Server => createServer((socket) => socket.destroy());
const ok = (_req: unknown, res: { end(): void }): void => res.end();

const SILENT: readonly (readonly [name: string, create: () => Server, told: RegExp])[] = [
  ['an echo', echo, /: BAD_RESPONSE \d+$/],
  ['a server that says nothing', silent, /: TIMEOUT \d+$/],
  ['a server that closes connections', closing, /: (?:ECONNRESET|CLOSED|EPIPE) \d+/],
  ['a TLS server', () => createHttpsServer(tls, ok), /: CLOSED \d+; it speaks TLS: try https:$/],
  ['HTTP/2 over TLS', () => createSecureServer(tls, ok as never), /; it speaks TLS: try https:$/],
  ['HTTP/2 without TLS', () => createHttp2Server(ok as never), /; it speaks HTTP\/2: try --h2$/],
];

const RUN = { rate: 50, durationMs: 200, timeoutMs: 200, maxLagMs: 1e6, seed: 1 };

for (const [name, create, told] of SILENT) {
  test(`${name} answers nothing, and one line says so`, async (t) => {
    const options = { ...RUN, url: `http://${await listen(t, create())}/` };
    const result = await load(options);
    assert.equal(result.failed, result.offered);
    assert.equal(result.silence?.fromMs, undefined);
    const text = await silenceText(result, options);
    assert.match(text ?? '', /^http:\/\/127\.0\.0\.1:\d+ answered none of \d+ requests: /);
    assert.match(text ?? '', told);
  });
}

const UNREACHABLE: readonly (readonly [
  name: string,
  create: () => Server,
  options: Partial<LoadOptions> & { readonly scheme: 'http' | 'https' },
  told: RegExp,
])[] = [
  [
    'HTTP for HTTPS',
    () => createHttpServer(ok),
    { scheme: 'https' },
    /: it does not speak TLS \(ERR_SSL_\w+\); try http:$/,
  ],
  ['an echo for HTTPS', echo, { scheme: 'https' }, /: it does not speak TLS/],
  [
    'HTTP/2 for HTTP/1.1 over TLS',
    () => createSecureServer(tls, ok as never),
    { scheme: 'https', insecure: true },
    /: it does not speak HTTP\/1\.1, but perhaps HTTP\/2 /,
  ],
  [
    'HTTP/1.1 for HTTP/2 over TLS',
    () => createHttpsServer(tls, ok),
    { scheme: 'https', insecure: true, protocol: 'h2' },
    /: it does not speak HTTP\/2 /,
  ],
  [
    'HTTP/1.1 for HTTP/2',
    () => createHttpServer(ok),
    { scheme: 'http', protocol: 'h2' },
    /: it does not speak HTTP\/2 /,
  ],
];

for (const [name, create, { scheme, ...options }, told] of UNREACHABLE) {
  test(`${name}: unreachable, and why`, async (t) => {
    const url = `${scheme}://${await listen(t, create())}/`;
    await assert.rejects(load({ ...RUN, ...options, url }), {
      code: 'RESPITE_LOAD_UNREACHABLE',
      message: told,
    });
  });
}

test('a user name in the URL is wrong usage: it would be in every report', async () => {
  await assert.rejects(load({ url: 'http://ann:secret@127.0.0.1/' }), {
    code: 'RESPITE_OPTIONS_INVALID',
    message: /an http: or https: URL without user name and password/,
  });
});

test('respite tune tells which protocol it has found instead', async (t) => {
  const host = await listen(t, createHttp2Server(ok as never));
  assert.match(
    await whyNoScheme(host),
    /^nothing answers HTTP\/1\.1 or HTTPS on .*; it speaks HTTP\/2 without TLS$/,
  );
  assert.match(await whyNoScheme(await listen(t, echo())), /^nothing answers HTTP\/1\.1 or HTTPS on \S+$/);
});

// Handlers behind the response cache: what they do wrong has the same effects as without it, and what they leave undone is not stored.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { it, type TestContext } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { createResponseCache, type ResponseCache } from '../../src/cache/index.ts';
import { sessionWith } from './http2-session.ts';

const FRESH = { 'cache-control': 'public, max-age=60' };

async function listening(t: TestContext, server: http.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  return (server.address() as AddressInfo).port;
}

function cacheOf(t: TestContext): ResponseCache {
  const cache = createResponseCache();
  t.after(() => cache.close());
  return cache;
}

interface Got {
  readonly status: number | undefined;
  readonly body: string;
  readonly how: string;
}

async function get(port: number): Promise<Got> {
  const request = http.get({ port, host: '127.0.0.1', path: '/page', agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const how = String(response.headers['cache-status']);
  return { status: response.statusCode, how, body: await text(response) };
}

/** Asks, and leaves when the handler has begun. */
async function leader(port: number, begun: Promise<unknown>): Promise<() => Promise<void>> {
  const request = http.get({ port, host: '127.0.0.1', path: '/page', agent: false });
  request.on('error', () => {});
  await begun;
  return async () => {
    const closed = new Promise((resolve) => request.once('close', resolve));
    request.destroy();
    await closed;
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Ways of a handler that ends its response since its client has gone. */
const HASTY: Readonly<Record<string, (res: ServerResponse, req: IncomingMessage) => void>> = {
  'ends it on close': (res) => void res.on('close', () => res.end()),
  'ends it with a last word': (res) => void res.on('close', () => res.end('cut')),
  'ends it when the socket closes': (res, req) => void req.socket.once('close', () => res.end()),
  'pipes into it': (res) => {
    const source = new PassThrough();
    source.pipe(res);
    source.write('and');
  },
};

for (const [way, act] of Object.entries(HASTY)) {
  it(`a handler that ${way} has not stored what it had written, nor given it to others as all there is`, async (t) => {
    const cache = cacheOf(t);
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    let runs = 0;
    const port = await listening(
      t,
      http.createServer(
        cache.handler((req, res) => {
          runs += 1;
          res.writeHead(200, FRESH);
          if (runs > 1) return res.end('whole');
          res.write('part');
          act(res, req);
          return begin();
        }),
      ),
    );
    const leave = await leader(port, begun);
    const waiting = get(port);
    while (cache.stats().coalesced < 1) await turn();
    await leave();
    await assert.rejects(waiting);
    assert.deepEqual([(await get(port)).body, runs], ['whole', 2]);
    assert.equal(cache.stats().bytesInFlight, 0);
  });
}

it('a handler of Hono that ends its stream since its client has gone has stored nothing', async (t) => {
  const cache = cacheOf(t);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let runs = 0;
  const app = new Hono().use(cache.hono()).get('/page', (context) => {
    runs += 1;
    if (runs > 1) return context.text('whole', 200, FRESH);
    const { signal } = context.req.raw;
    const body = new ReadableStream<Uint8Array>({
      start: (into) => {
        into.enqueue(Buffer.from('part'));
        signal.addEventListener('abort', () => into.close());
        begin();
      },
    });
    return context.body(body, 200, FRESH);
  });
  const port = await listening(t, http.createServer(getRequestListener(app.fetch)));
  const leave = await leader(port, begun);
  const waiting = get(port);
  while (cache.stats().coalesced < 1) await turn();
  await leave();
  // It has waited for the headers, or has got them and a part.
  const got = await waiting.then(
    // Its adapter makes a 500 of it while no byte has been sent.
    ({ status, body }) => (status === 200 ? body : 'broken off'),
    () => 'broken off',
  );
  assert.ok(['whole', 'broken off'].includes(got), got);
  assert.deepEqual([(await get(port)).body, runs], ['whole', 2]);
});

it('what a handler has said the length of is whole, also when its client has gone', async (t) => {
  const cache = cacheOf(t);
  let running: ServerResponse | undefined;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const port = await listening(
    t,
    http.createServer(
      cache.handler((_req, res) => {
        running = res.writeHead(200, { ...FRESH, 'content-length': 10 });
        res.write('first');
        begin();
      }),
    ),
  );
  const leave = await leader(port, begun);
  const waiting = get(port);
  while (cache.stats().coalesced < 1) await turn();
  await leave();
  running?.end('other');
  assert.equal((await waiting).body, 'firstother');
  assert.match((await get(port)).how, /hit/);
});

it('those that have waited for a client that leaves run one handler together', async (t) => {
  const cache = cacheOf(t);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let runs = 0;
  const port = await listening(
    t,
    http.createServer(
      cache.handler((_req, res) => {
        runs += 1;
        res.setHeader('cache-control', 'public, max-age=60');
        if (runs > 1) setTimeout(() => res.end('whole'), 20);
        else res.on('close', () => res.end());
        begin();
      }),
    ),
  );
  const leave = await leader(port, begun);
  const waiting = Array.from({ length: 10 }, () => get(port));
  while (cache.stats().coalesced < 10) await turn();
  await leave();
  assert.deepEqual([...new Set((await Promise.all(waiting)).map(({ body }) => body))], ['whole']);
  assert.equal(runs, 2);
});

/** What handlers do wrong. They note what they get to see, and answer as well as they can. */
const WRONG: Readonly<Record<string, (res: ServerResponse, note: (what: unknown) => void) => void>> = {
  'a status out of range': (res, note) => {
    attempt(() => res.writeHead(99), note);
    res.writeHead(200, FRESH).end('x');
  },
  'a status out of range, implicitly': (res, note) => {
    res.statusCode = 1000;
    attempt(() => res.end('x'), note);
    res.statusCode = 500;
    res.end('y');
  },
  'a reason phrase with a line break': (res, note) => {
    attempt(() => res.writeHead(200, 'a\nb'), note);
    res.statusMessage = 'Fine';
    res.end('x');
  },
  'a field name with a space': (res, note) => {
    attempt(() => res.writeHead(200, { 'x y': '1' }), note);
    res.end('x');
  },
  'a field without a value': (res, note) => {
    attempt(() => res.writeHead(200, { 'x-a': undefined }), note);
    res.end('x');
  },
  'a flat list without the last value': (res, note) => {
    attempt(() => res.writeHead(200, ['x-a', '1', 'x-b']), note);
    res.end('x');
  },
  'a number written': (res, note) => {
    attempt(() => res.write(5), note);
    attempt(() => res.write(null), note);
    res.end('x');
  },
  'a number at the end': (res, note) => {
    attempt(() => res.end(5), note);
    res.end('x');
  },
  'headers twice': (res, note) => {
    res.writeHead(200, FRESH);
    attempt(() => res.writeHead(201), note);
    res.end('x');
  },
  'fields after the headers': (res, note) => {
    res.writeHead(200, FRESH);
    attempt(() => res.setHeader('x-a', '1'), note);
    attempt(() => res.appendHeader('x-a', '1'), note);
    attempt(() => res.removeHeader('cache-control'), note);
    res.end('x');
  },
  'a write after the end': (res, note) => {
    res.on('error', (error: NodeJS.ErrnoException) => note(error.code));
    res.writeHead(200, FRESH).end('x');
    note(res.write('y', (error) => note((error as NodeJS.ErrnoException).code)));
  },
  'two ends': (res, note) => {
    res.on('error', (error: NodeJS.ErrnoException) => note(error.code));
    res.writeHead(200, FRESH).end('x');
    attempt(() => res.end(''), note);
    attempt(() => res.end(null), note);
    res.end('y', () => note('refused'));
  },
};

function attempt(act: () => unknown, note: (what: unknown) => void): void {
  try {
    note(act() === undefined);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    note([code, message]);
  }
}

for (const [what, act] of Object.entries(WRONG)) {
  it(`${what}: what handler and client see is the same with the cache and without`, async (t) => {
    const seen = async (wrap: (handler: RequestListener) => RequestListener): Promise<unknown> => {
      const notes: unknown[] = [];
      const handler: RequestListener = (_req, res) => {
        act(res, (note) => notes.push(note));
      };
      const server = http.createServer(wrap(handler));
      const { status, body } = await get(await listening(t, server));
      return { status, body, notes };
    };
    assert.deepEqual(await seen((handler) => cacheOf(t).handler(handler)), await seen((handler) => handler));
  });
}

it('fields that are set after the headers throw in HTTP/2, too', async (t) => {
  const cache = cacheOf(t);
  const codes: unknown[] = [];
  const handle = cache.handler((_req, res) => {
    res.writeHead(200, FRESH);
    attempt(
      () => res.setHeader('x-a', '1'),
      (note) => codes.push((note as string[])[0]),
    );
    res.end('x');
  });
  const session = await sessionWith(t, handle);
  assert.equal(await text(session.request({ ':path': '/page' })), 'x');
  assert.deepEqual(codes, ['ERR_HTTP2_HEADERS_SENT']);
});

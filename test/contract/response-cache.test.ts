// The cache in front of the handlers of a server, in each framework's idiom.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { readFileSync } from 'node:fs';
import type http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { Agent, request } from 'undici';
import { conditional, createResponseCache, memoryStore, type ResponseCache } from '../../src/cache/index.ts';
import { ca } from '../harness/http.ts';
import { fixture } from '../harness/respite.ts';
import { sessionWith } from './http2-session.ts';

interface Made {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What an application answers. */
type Work = (asked: Asked) => Made | Promise<Made>;

/** The same application in each idiom. */
const FRAMEWORKS: Readonly<Record<string, (cache: ResponseCache, work: Work) => Promise<Server>>> = {
  'node:http': async (cache, work) =>
    http.createServer(
      cache.handler(async (req, res) => {
        const { status = 200, headers, body } = await work(ofNode(req));
        res.writeHead(status, headers);
        res.end(body);
      }),
    ),
  Express: async (cache, work) => {
    const app = express().use(cache.express());
    app.use(async (req, res) => {
      const { status = 200, headers, body } = await work(ofNode(req));
      res
        .status(status)
        .set({ ...headers })
        .send(body);
    });
    return http.createServer(app);
  },
  Koa: async (cache, work) => {
    const app = new Koa().use(cache.koa());
    app.use(async (context) => {
      const { status = 200, headers, body } = await work(ofNode(context.req));
      context.body = body ?? null;
      context.status = status;
      context.set({ ...headers });
    });
    const handle = app.callback();
    return http.createServer((req, res) => void handle(req, res));
  },
  Fastify: async (cache, work) => {
    const app = fastify({ exposeHeadRoutes: true });
    app.addHook('onRequest', cache.fastify());
    app.route({
      method: ['GET', 'POST', 'PUT', 'DELETE'],
      url: '/*',
      handler: async (req, reply) => {
        const { status = 200, headers, body } = await work(ofNode(req.raw));
        return reply
          .code(status)
          .headers({ ...headers })
          .send(body);
      },
    });
    await app.ready();
    return app.server;
  },
  Hono: async (cache, work) => {
    const app = new Hono().use(cache.hono());
    app.all('/*', async (context) => {
      const { method, raw } = context.req;
      const path = context.req.path;
      const {
        status = 200,
        headers,
        body,
      } = await work({
        method,
        path,
        headers: Object.fromEntries(raw.headers),
      });
      return new Response(body ?? null, { status, headers: { ...headers } });
    });
    const listener = getRequestListener(app.fetch);
    return http.createServer((req, res) => void listener(req, res));
  },
};

function ofNode({ method = '', url = '', headers }: http.IncomingMessage): Asked {
  return { method, path: url, headers };
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

type Ask = (
  path: string,
  headers?: Readonly<Record<string, string>>,
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT',
) => Promise<Answered>;

async function listening(t: TestContext, server: Server): Promise<Ask> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dispatcher = new Agent();
  t.after(async () => {
    await dispatcher.destroy();
    (server as http.Server).closeAllConnections();
    server.close();
  });
  return async (path, headers = {}, method = 'GET') => {
    const answer = await request(`http://127.0.0.1:${port}${path}`, { dispatcher, method, headers });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
  };
}

const how = ({ headers }: Answered): string => String(headers['cache-status']);

for (const [framework, create] of Object.entries(FRAMEWORKS)) {
  describe(framework, () => {
    const scene = async (
      t: TestContext,
      work: Work,
      options: Parameters<typeof createResponseCache>[0] = {},
    ): Promise<{ ask: Ask; cache: ResponseCache; asked: Asked[] }> => {
      const asked: Asked[] = [];
      const cache = createResponseCache(options);
      t.after(() => cache.close());
      const server = await create(cache, (one) => {
        asked.push(one);
        return work(one);
      });
      return { ask: await listening(t, server), cache, asked };
    };

    it('a response with a lifetime is given again, whole, in part, and as its fields', async (t) => {
      const headers = { 'cache-control': 'max-age=60', 'content-type': 'text/plain', 'x-own': 'ü' };
      const { ask, asked } = await scene(t, () => ({ headers, body: 'the body' }));
      const first = await ask('/page?a=1');
      assert.match(how(first), /fwd=uri-miss; fwd-status=200; stored/);
      const second = await ask('/page?a=1');
      assert.match(how(second), /hit; ttl=/);
      for (const { status, body, headers: got } of [first, second]) {
        assert.deepEqual([status, body], [200, 'the body']);
        assert.match(String(got['content-type']), /^text\/plain/);
        assert.equal(got['cache-control'], 'max-age=60');
        assert.ok(got['age'] !== undefined);
      }
      const part = await ask('/page?a=1', { range: 'bytes=4-7' });
      assert.deepEqual([part.status, part.body], [206, 'body']);
      const head = await ask('/page?a=1', {}, 'HEAD');
      assert.deepEqual([head.status, head.body], [200, '']);
      assert.match(String(head.headers['content-type']), /^text\/plain/);
      assert.equal(asked.length, 1);
      await ask('/page?a=2');
      assert.equal(asked.length, 2);
    });

    it('what says nothing, or forbids it, is not given again', async (t) => {
      const { ask, asked } = await scene(t, ({ path }) => ({
        body: 'x',
        headers: path === '/none' ? {} : { 'cache-control': path.slice(1) },
      }));
      for (const path of ['/none', '/no-store', '/private']) {
        await ask(path);
        const second = await ask(path);
        assert.match(how(second), /fwd=/);
        assert.deepEqual([second.status, second.body], [200, 'x']);
      }
      assert.equal(asked.length, 6);
    });

    it('requests at the same time share one run of the handler', async (t) => {
      let go: (() => void) | undefined;
      const { ask, asked, cache } = await scene(t, async () => {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        return { headers: { 'cache-control': 'max-age=60' }, body: 'shared' };
      });
      const answers = Array.from({ length: 10 }, () => ask('/page'));
      while (cache.stats().coalesced < 9) await new Promise((resolve) => setImmediate(resolve));
      go?.();
      for (const { body } of await Promise.all(answers)) assert.equal(body, 'shared');
      assert.equal(asked.length, 1);
    });

    it('a client that has it gets 304; something stale is confirmed by the handler', async (t) => {
      let now = Date.now();
      const options = { now: () => now, store: memoryStore({ now: () => now }) };
      const { ask, asked } = await scene(
        t,
        ({ headers: { 'if-none-match': tag } }) => ({
          status: tag === '"1"' ? 304 : 200,
          headers: { 'cache-control': 'max-age=10', etag: '"1"', date: new Date(now).toUTCString() },
          ...(tag === '"1"' ? {} : { body: 'tagged' }),
        }),
        options,
      );
      await ask('/page');
      const has = await ask('/page', { 'if-none-match': '"1"' });
      assert.deepEqual([has.status, has.body, asked.length], [304, '', 1]);
      now += 20_000;
      const confirmed = await ask('/page');
      assert.deepEqual([confirmed.status, confirmed.body, asked.length], [200, 'tagged', 2]);
      assert.match(how(confirmed), /fwd=stale; fwd-status=304/);
      assert.match(how(await ask('/page')), /hit/);
    });

    it('one refreshes, and the others get what is stale meanwhile', async (t) => {
      let now = Date.now();
      const options = { now: () => now, store: memoryStore({ now: () => now }) };
      let go: (() => void) | undefined;
      let count = 0;
      const { ask, asked } = await scene(
        t,
        async () => {
          count += 1;
          const body = String(count);
          if (count > 1)
            await new Promise<void>((resolve) => {
              go = resolve;
            });
          const date = new Date(now).toUTCString();
          return { headers: { 'cache-control': 'max-age=10, stale-while-revalidate=100', date }, body };
        },
        options,
      );
      await ask('/page');
      now += 20_000;
      const leading = ask('/page');
      while (asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
      for (let i = 0; i < 3; i += 1) {
        const stale = await ask('/page');
        assert.equal(stale.body, '1');
        assert.match(how(stale), /hit; ttl=-10; detail=stale-while-revalidate/);
      }
      go?.();
      assert.equal((await leading).body, '2');
      assert.equal((await ask('/page')).body, '2');
      assert.equal(asked.length, 2);
    });

    it('what a failing handler has answered before is given in place of its 500', async (t) => {
      let now = Date.now();
      const options = { now: () => now, store: memoryStore({ now: () => now }) };
      let isFailing = false;
      const { ask } = await scene(
        t,
        () =>
          isFailing
            ? { status: 500, body: 'failed' }
            : {
                headers: { 'cache-control': 'max-age=10', date: new Date(now).toUTCString() },
                body: 'good',
              },
        options,
      );
      await ask('/page');
      isFailing = true;
      now += 20_000;
      const answer = await ask('/page');
      assert.deepEqual([answer.status, answer.body], [200, 'good']);
      assert.match(how(answer), /detail=stale-if-error/);
      assert.equal((await ask('/other')).status, 500);
    });

    it('a write removes what is stored, and so does invalidate()', async (t) => {
      const { ask, asked, cache } = await scene(t, ({ method }) => ({
        headers: method === 'GET' ? { 'cache-control': 'max-age=60' } : {},
        status: method === 'GET' ? 200 : 201,
        body: 'x',
      }));
      const host = { host: 'shop.example' };
      const behindProxy = { ...host, 'x-forwarded-host': 'www.example', 'x-forwarded-proto': 'https' };
      for (const fill of [host, behindProxy]) await ask('/page', fill);
      for (const hit of [host, behindProxy]) assert.match(how(await ask('/page', hit)), /hit/);
      assert.equal((await ask('/page', host, 'POST')).status, 201);
      for (const gone of [host, behindProxy]) assert.match(how(await ask('/page', gone)), /uri-miss/);
      await cache.invalidate('http://shop.example/page');
      for (const gone of [host, behindProxy]) assert.match(how(await ask('/page', gone)), /uri-miss/);
      assert.equal(asked.length, 7);
    });

    it('hosts, cookies, credentials and users are kept apart', async (t) => {
      const { ask } = await scene(
        t,
        ({ path, headers }) => ({
          headers: { 'cache-control': path === '/mine' ? 'private, max-age=60' : 'max-age=60' },
          body: `${String(headers.host)} ${String(headers['cookie'] ?? headers['x-api-key'] ?? headers['x-user'] ?? '')}`,
        }),
        { partition: ({ headers }) => headers['x-user'] },
      );
      for (const headers of [
        { host: 'a.example' },
        { host: 'b.example' },
        { host: 'a.example', cookie: 'ann' },
        { host: 'a.example', cookie: 'bob' },
        { host: 'a.example', 'x-api-key': 'ann' },
        { host: 'a.example', 'x-api-key': 'bob' },
      ] as Record<string, string>[]) {
        const { body } = await ask('/page', headers);
        assert.equal(body, `${headers['host']} ${headers['cookie'] ?? headers['x-api-key'] ?? ''}`);
      }
      for (const user of ['ann', 'bob', 'ann', 'bob']) {
        const answer = await ask('/mine', { host: 'a.example', 'x-user': user, cookie: 'session' });
        assert.match(how(answer), /uri-miss|hit/);
      }
      const ann = await ask('/mine', { host: 'a.example', 'x-user': 'ann' });
      assert.match(how(ann), /hit/);
      assert.match(how(await ask('/mine', { host: 'a.example' })), /uri-miss/);
    });
  });
}

describe('node:http in particular', () => {
  it('a body that is streamed and larger than what may be stored comes whole, at the pace of its reader', async (t) => {
    const cache = createResponseCache({ entryLimitBytes: 1000 });
    t.after(() => cache.close());
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let written = 0;
    const server = http.createServer(
      cache.handler(async (_req, res) => {
        res.setHeader('cache-control', 'max-age=60');
        for (let i = 0; i < 50; i += 1) {
          written += 1;
          if (!res.write(chunk)) await once(res, 'drain');
        }
        res.end();
      }),
    );
    const ask = await listening(t, server);
    assert.equal((await ask('/large')).body.length, 50 * chunk.byteLength);
    assert.equal(written, 50);
  });

  it('a body that comes in pieces, at once and later, is stored whole', async (t) => {
    const cache = createResponseCache();
    t.after(() => cache.close());
    const piece = 'x'.repeat(30_000);
    let runs = 0;
    const server = http.createServer(
      cache.handler(async (_req, res) => {
        runs += 1;
        res.setHeader('cache-control', 'max-age=60');
        for (let i = 0; i < 10; i += 1) {
          if (!res.write(piece)) await once(res, 'drain');
          if (i % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
          assert.equal(res.headersSent, true);
          assert.equal(res.writableEnded, false);
        }
        res.end('the end');
        assert.equal(res.writableEnded, true);
      }),
    );
    const ask = await listening(t, server);
    for (const expected of [/uri-miss; fwd-status=200; stored/, /hit/, /hit/]) {
      const answer = await ask('/pieces');
      assert.match(how(answer), expected);
      assert.equal(answer.body, `${piece.repeat(10)}the end`);
      while (cache.stats().requestsInFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(runs, 1);
    assert.equal(cache.stats().bytesInFlight, 0);
  });

  it('what a middleware after it puts around write and end is what is stored, and is done once', async (t) => {
    const cache = createResponseCache();
    t.after(() => cache.close());
    const server = http.createServer(
      cache.handler((_req, res) => {
        // As compression does: what is written comes later, changed, by the methods that were there before.
        const write = res.write.bind(res) as (chunk: string) => boolean;
        const end = res.end.bind(res);
        const pieces: string[] = [];
        res.write = (chunk: string) => pieces.push(chunk) > 0;
        res.end = ((chunk: string) => {
          pieces.push(chunk);
          setImmediate(() => {
            for (const piece of pieces) write(`<${piece}>`);
            end();
          });
          return res;
        }) as typeof res.end;
        res.writeHead(200, { 'cache-control': 'max-age=60' });
        res.write('a');
        res.end('b');
      }),
    );
    const ask = await listening(t, server);
    for (const expected of [/uri-miss/, /hit/]) {
      const answer = await ask('/page');
      assert.match(how(answer), expected);
      assert.equal(answer.body, '<a><b>');
    }
  });

  it('the first bytes of an event stream come before the last', async (t) => {
    const cache = createResponseCache();
    t.after(() => cache.close());
    let res: http.ServerResponse | undefined;
    const server = http.createServer(
      cache.handler((_req, response) => {
        res = response;
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        response.flushHeaders();
      }),
    );
    await listening(t, server);
    const { port } = server.address() as AddressInfo;
    const events = http.get({ port, host: '127.0.0.1' });
    const [incoming] = (await once(events, 'response')) as [http.IncomingMessage];
    assert.equal(res?.headersSent, true);
    res?.write('data: 1\n\n');
    const [first] = (await once(incoming, 'data')) as [Buffer];
    assert.equal(String(first), 'data: 1\n\n');
    res?.end('data: 2\n\n');
    const [second] = (await once(incoming, 'data')) as [Buffer];
    assert.equal(String(second), 'data: 2\n\n');
  });

  it('a client that leaves takes nothing from those that wait with it', async (t) => {
    const cache = createResponseCache();
    t.after(() => cache.close());
    const running: http.ServerResponse[] = [];
    const server = http.createServer(
      cache.handler((_req, res) => {
        res.setHeader('cache-control', 'max-age=60');
        running.push(res);
      }),
    );
    const ask = await listening(t, server);
    const { port } = server.address() as AddressInfo;
    const leaving = http.get({ port, host: '127.0.0.1', path: '/page' });
    leaving.on('error', () => {});
    while (running.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const waiting = ask('/page');
    while (cache.stats().coalesced < 1) await new Promise((resolve) => setImmediate(resolve));
    const closed = new Promise((resolve) => leaving.once('close', resolve));
    leaving.destroy();
    await closed;
    running[0]?.end('for those who are left');
    assert.equal((await waiting).body, 'for those who are left');
    assert.equal(cache.stats().requestsInFlight, 0);
  });

  it('a handler that breaks off its response breaks it off', async (t) => {
    const cache = createResponseCache();
    t.after(() => cache.close());
    const server = http.createServer(
      cache.handler((req, res) => {
        res.setHeader('cache-control', 'max-age=60');
        if (req.url === '/early') res.destroy();
        else res.write('some', () => setImmediate(() => res.destroy()));
      }),
    );
    const ask = await listening(t, server);
    await assert.rejects(ask('/early'));
    await assert.rejects(ask('/late'));
    await assert.rejects(ask('/late'), 'nothing was stored');
    assert.equal(cache.stats().bytesInFlight, 0);
  });

  it('conditional() saves the work of a revalidation', async (t) => {
    let now = Date.now();
    const cache = createResponseCache({ now: () => now, store: memoryStore({ now: () => now }) });
    t.after(() => cache.close());
    let rendered = 0;
    const server = http.createServer(
      cache.handler((req, res) => {
        res.setHeader('date', new Date(now).toUTCString());
        if (conditional(req, res, { etag: '"7"', cacheControl: 'max-age=10' })) return;
        rendered += 1;
        res.end('rendered');
      }),
    );
    const ask = await listening(t, server);
    for (let i = 0; i < 5; i += 1) {
      assert.equal((await ask('/page')).body, 'rendered');
      now += 20_000;
    }
    assert.equal(rendered, 1);
  });

  it('fields that others set for each request are not stored', async (t) => {
    const cache = createResponseCache();
    t.after(() => cache.close());
    let count = 0;
    const serve = cache.handler((_req, res) => {
      res.writeHead(200, { 'cache-control': 'max-age=60', 'x-handler': '1' }).end('x');
    });
    const server = http.createServer((req, res) => {
      count += 1;
      res.setHeader('x-request-id', String(count));
      serve(req, res);
    });
    const ask = await listening(t, server);
    for (const id of ['1', '2', '3']) {
      const { headers } = await ask('/page');
      assert.deepEqual([headers['x-request-id'], headers['x-handler']], [id, '1']);
    }
  });

  it('HTTP/2 is served as well', async (t) => {
    const cache = createResponseCache();
    t.after(() => cache.close());
    let count = 0;
    const handle = cache.handler((_req, res) => {
      count += 1;
      res.writeHead(200, { 'cache-control': 'max-age=60' });
      res.end(String(count));
    });
    const session = await sessionWith(t, handle);
    for (const expected of [/uri-miss/, /hit/]) {
      const stream = session.request({ ':path': '/page' });
      const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
      assert.match(String(headers['cache-status']), expected);
      assert.equal(await text(stream), '1');
    }
  });

  it('clients share nothing with those of other TLS certificates, or of none', async (t) => {
    const cache = createResponseCache();
    t.after(() => cache.close());
    const identity = { key: readFileSync(fixture('tls/test-only-key.pem')), cert: ca };
    const handle = cache.handler((req, res) => {
      const { fingerprint256 = 'nobody' } = (req.socket as TLSSocket).getPeerX509Certificate() ?? {};
      res.writeHead(200, { 'cache-control': 'max-age=60' }).end(fingerprint256);
    });
    const server = https.createServer({ ...identity, requestCert: true, rejectUnauthorized: false }, handle);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const agents = [{}, identity].map(
      (own) => new Agent({ connect: { ...own, ca, servername: 'localhost' } }),
    );
    t.after(async () => {
      await Promise.all(agents.map((agent) => agent.destroy()));
      server.close();
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/page`;
    const bodies: string[] = [];
    for (const dispatcher of [...agents, ...agents]) {
      const { body } = await request(url, { dispatcher });
      bodies.push(await body.text());
    }
    const { fingerprint256 } = new X509Certificate(ca);
    assert.deepEqual(bodies, ['nobody', fingerprint256, 'nobody', fingerprint256]);
    assert.equal(cache.stats().requests.hit, 2);
  });

  it('what a handler throws is uncaught, as without a cache', async (t) => {
    const cache = createResponseCache();
    t.after(() => cache.close());
    const handle = cache.handler(() => {
      throw new Error('thrown by the handler');
    });
    const server = http.createServer(handle);
    const ask = await listening(t, server);
    const thrown = new Promise<unknown>((resolve) => {
      process.setUncaughtExceptionCaptureCallback(resolve);
    });
    const answer = ask('/page').catch(() => {});
    assert.match(String(await thrown), /thrown by the handler/);
    process.setUncaughtExceptionCaptureCallback(null);
    server.closeAllConnections();
    await answer;
  });
});

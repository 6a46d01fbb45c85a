// Middlewares around the cache of a server: what they do to a response is done, and stored only where it is the handler's.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import Koa from 'koa';
import { createResponseCache, type ResponseCache } from '../../src/cache/index.ts';
import { turns } from '../harness/memory-origin.ts';
import { sessionWith } from './http2-session.ts';

const FRESH = { 'cache-control': 'public, max-age=60' };

interface Answered {
  readonly body: string;
  readonly headers: Headers;
}

type Ask = (headers?: Readonly<Record<string, string>>) => Promise<Answered>;

async function listening(t: TestContext, server: http.Server): Promise<Ask> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return async (headers = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/page`, { headers });
    return { body: await response.text(), headers: response.headers };
  };
}

function newCache(t: TestContext): ResponseCache {
  const cache = createResponseCache();
  t.after(() => cache.close());
  return cache;
}

/** As the package on-headers, by which sessions, compression and timing set fields as late as they can. */
function onHeaders(res: http.ServerResponse, listener: () => void): void {
  const writeHead = res.writeHead.bind(res) as (...given: readonly unknown[]) => http.ServerResponse;
  let hasRun = false;
  res.writeHead = (...given: readonly unknown[]) => {
    if (!hasRun) listener();
    hasRun = true;
    return writeHead(...given);
  };
}

describe('a cookie that a middleware after the cache sets when headers are written', () => {
  const WAYS: Readonly<Record<string, (res: http.ServerResponse) => void>> = {
    'at the end': () => {},
    'with the first bytes': (res) => res.write('<'),
    flushed: (res) => {
      res.flushHeaders();
    },
    'by writeHead': (res) => res.writeHead(200),
  };
  for (const [way, begin] of Object.entries(WAYS)) {
    it(`keeps the response out: ${way}`, async (t) => {
      const cache = newCache(t);
      let count = 0;
      const handle = cache.handler((_req, res) => {
        const id = (count += 1);
        onHeaders(res, () => {
          res.setHeader('set-cookie', `session=${id}`);
        });
        for (const [name, value] of Object.entries(FRESH)) res.setHeader(name, value);
        begin(res);
        res.end(`page ${id}`);
      });
      const ask = await listening(t, http.createServer(handle));
      for (const id of [1, 2]) {
        const { body, headers } = await ask();
        assert.match(body, new RegExp(`page ${id}$`));
        assert.deepEqual(headers.getSetCookie(), [`session=${id}`]);
      }
    });
  }
});

it('a middleware after the cache changes the headers once, also where it does not look', async (t) => {
  const cache = newCache(t);
  const handle = cache.handler((_req, res) => {
    const writeHead = res.writeHead.bind(res) as (...given: readonly unknown[]) => http.ServerResponse;
    res.writeHead = (...given: readonly unknown[]) => {
      res.appendHeader('x-seen', 'once');
      return writeHead(...given);
    };
    res.setHeader('cache-control', 'max-age=60');
    res.end('x');
  });
  const ask = await listening(t, http.createServer(handle));
  for (const _ of [1, 2]) assert.equal((await ask()).headers.get('x-seen'), 'once');
});

type Create = (cache: ResponseCache, nextId: () => string, runs: () => void) => Promise<http.Server>;

/** Each with a middleware before the cache that numbers requests, and sets CORS fields by the origin that asks. */
const FRAMEWORKS: Readonly<Record<string, Create>> = {
  Express: async (cache, nextId, runs) => {
    const app = express();
    app.use((req, res, next) => {
      res.set({ 'x-request-id': nextId(), vary: 'Origin' });
      res.set('access-control-allow-origin', req.headers.origin ?? 'none');
      next();
    });
    app.use(cache.express());
    app.get('/page', (_req, res) => {
      runs();
      res.set(FRESH).send('x');
    });
    return http.createServer(app);
  },
  Koa: async (cache, nextId, runs) => {
    const app = new Koa();
    app.use(async (context, next) => {
      context.set({ 'x-request-id': nextId(), vary: 'Origin' });
      context.set('access-control-allow-origin', context.get('origin') || 'none');
      await next();
    });
    app.use(cache.koa());
    app.use((context) => {
      runs();
      context.set(FRESH);
      context.body = 'x';
    });
    const handle = app.callback();
    return http.createServer((req, res) => void handle(req, res));
  },
  Fastify: async (cache, nextId, runs) => {
    const app = fastify();
    app.addHook('onRequest', async (request, reply) => {
      reply.headers({ 'x-request-id': nextId(), vary: 'Origin' });
      reply.header('access-control-allow-origin', request.headers.origin ?? 'none');
    });
    app.addHook('onRequest', cache.fastify());
    app.get('/page', async (_request, reply) => {
      runs();
      return reply.headers(FRESH).send('x');
    });
    await app.ready();
    return app.server;
  },
  Hono: async (cache, nextId, runs) => {
    const app = new Hono();
    app.use(async (context, next) => {
      context.header('x-request-id', nextId());
      context.header('vary', 'Origin');
      await next();
    });
    app.use(cors({ origin: (origin) => origin || 'none' }));
    app.use(cache.hono());
    app.get('/page', (context) => {
      runs();
      return context.text('x', 200, FRESH);
    });
    const listener = getRequestListener(app.fetch);
    return http.createServer((req, res) => void listener(req, res));
  },
};

for (const [framework, create] of Object.entries(FRAMEWORKS)) {
  it(`${framework}: fields that middlewares before the cache set are each request's own`, async (t) => {
    let ids = 0;
    let runs = 0;
    const server = await create(
      newCache(t),
      () => String((ids += 1)),
      () => (runs += 1),
    );
    const ask = await listening(t, server);
    for (const [id, origin] of ['http://a.example', 'http://a.example', 'http://b.example'].entries()) {
      const { body, headers } = await ask({ origin });
      assert.equal(body, 'x');
      assert.equal(headers.get('x-request-id'), String(id + 1));
      assert.equal(headers.get('access-control-allow-origin'), origin);
      assert.match(headers.get('vary') ?? '', /origin/i);
    }
    assert.equal(runs, 2, 'one for each Origin, by which the response varies');
  });
}

it('a buffer that a handler uses again when it has been written is stored and sent as it was', async (t) => {
  const handle = newCache(t).handler(async (_req, res) => {
    res.writeHead(200, FRESH);
    const buffer = Buffer.alloc(10);
    for (let i = 0; i < 10; i += 1) {
      buffer.fill(String(i));
      await new Promise((written) => res.write(buffer, written));
    }
    res.end();
  });
  const ask = await listening(t, http.createServer(handle));
  const expected = Array.from({ length: 10 }, (_, i) => String(i).repeat(10)).join('');
  for (const _ of [1, 2]) assert.equal((await ask()).body, expected);
});

it('a handler that answers by the stream of HTTP/2 leaves nothing behind', async (t) => {
  const cache = newCache(t);
  const handle = cache.handler((_req, res) => {
    const { stream } = res as unknown as http2.Http2ServerResponse;
    stream.respond({ ':status': 200 });
    stream.end('direct');
  });
  const session = await sessionWith(t, handle);
  assert.equal(await text(session.request({ ':path': '/page' })), 'direct');
  while (cache.stats().requestsInFlight > 0) await turns();
});

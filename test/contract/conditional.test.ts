// conditional() in front of real handlers of every framework, asked by a real client.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { conditional, type ConditionalOptions, createCache, preconditions } from '../../src/cache/index.ts';

const CHANGED = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

interface Served {
  readonly url: string;
  readonly work: { done: number };
}

/** Serves something for which `conditional` is asked first, as the guide says; counts what is done after that. */
type Serve = (t: TestContext, options: ConditionalOptions) => Promise<Served>;

async function listening(t: TestContext, server: http.Server): Promise<string> {
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** The others find it on the response. */
const join = (vary: string | undefined): string => (vary === undefined ? 'x-before' : `x-before, ${vary}`);

const EXPIRES = 'Fri, 02 Jan 2026 04:00:00 GMT';

const serve: Serve = async (t, options) => {
  const work = { done: 0 };
  const server = http.createServer((request, response) => {
    response.setHeader('expires', EXPIRES);
    response.setHeader('vary', 'x-before');
    if (conditional(request, response, options)) return;
    work.done += 1;
    response.end('content');
  });
  return { url: await listening(t, server), work };
};

const FRAMEWORKS: Readonly<Record<string, Serve>> = {
  'node:http': serve,
  Fastify: async (t, options) => {
    const work = { done: 0 };
    const app = fastify();
    app.all('/', (request, reply) => {
      reply.raw.setHeader('expires', EXPIRES).setHeader('vary', 'x-before');
      if (conditional(request.raw, reply.raw, options)) return reply.hijack();
      work.done += 1;
      return reply.send('content');
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    t.after(() => app.close());
    return { url, work };
  },
  Express: async (t, options) => {
    const work = { done: 0 };
    const app = express();
    app.all('/', (request, response) => {
      response.set({ expires: EXPIRES, vary: 'x-before' });
      if (conditional(request, response, options)) return;
      work.done += 1;
      response.send('content');
    });
    return { url: await listening(t, http.createServer(app)), work };
  },
  Koa: async (t, options) => {
    const work = { done: 0 };
    const app = new Koa();
    app.use((ctx) => {
      ctx.set({ expires: EXPIRES, vary: 'x-before' });
      if (conditional(ctx.req, ctx.res, options)) return;
      work.done += 1;
      ctx.body = 'content';
    });
    return { url: await listening(t, http.createServer(app.callback())), work };
  },
  Hono: async (t, options) => {
    const work = { done: 0 };
    const app = new Hono();
    app.all('/', (c) => {
      const { status, headers } = preconditions(c.req.raw, { ...options, vary: join(options.vary) });
      c.header('expires', EXPIRES);
      if (status !== undefined) return c.body(null, status, headers);
      work.done += 1;
      return c.text('content', 200, headers);
    });
    return { url: await listening(t, createAdaptorServer(app) as http.Server), work };
  },
};

for (const [framework, serveWith] of Object.entries(FRAMEWORKS)) {
  test(`${framework}: 304 before the work, with the fields that the whole would have had`, async (t) => {
    const { url, work } = await serveWith(t, {
      lastModified: new Date(CHANGED),
      cacheControl: 'private, no-cache',
      vary: 'accept',
    });
    const whole = await fetch(url);
    assert.equal(whole.status, 200);
    assert.equal(await whole.text(), 'content');
    const etag = whole.headers.get('etag') ?? '';
    assert.match(etag, /^W\/"\w+~[\w-]+"$/);
    assert.equal(whole.headers.get('last-modified'), 'Fri, 02 Jan 2026 03:04:05 GMT');
    for (const method of ['GET', 'HEAD']) {
      const short = await fetch(url, { method, headers: { 'if-none-match': etag } });
      assert.equal(short.status, 304);
      assert.equal(await short.text(), '');
      for (const name of ['cache-control', 'etag', 'vary', 'expires']) {
        assert.equal(short.headers.get(name), whole.headers.get(name), name);
      }
      assert.equal(short.headers.get('vary'), 'x-before, accept');
      assert.ok(short.headers.has('date'));
    }
    assert.equal(work.done, 1);
  });

  test(`${framework}: 412 before the work`, async (t) => {
    const { url, work } = await serveWith(t, { etag: '"v1"' });
    const put = async (condition: string): Promise<number> =>
      (await fetch(url, { method: 'PUT', body: 'x', headers: { 'if-match': condition } })).status;
    assert.equal(await put('"v0"'), 412);
    assert.equal(await put('"v1"'), 200);
    assert.equal(work.done, 1);
  });

  test(`${framework}: a cache asks, and is told in short`, async (t) => {
    const { url, work } = await serveWith(t, { lastModified: CHANGED, version: 7 });
    const cache = createCache();
    t.after(() => cache.close());
    for (let i = 0; i < 3; i += 1) {
      const response = await cache.fetch(url);
      assert.equal(await response.text(), 'content');
      assert.equal(response.headers.get('cache-control'), 'no-cache');
    }
    assert.equal(work.done, 1);
    assert.equal(cache.stats().notModified, 2);
  });
}

const WRONG: readonly (readonly [options: object, message: string])[] = [
  [{ etag: 'abc' }, 'conditional.etag must be an entity tag such as "\\"abc\\"" or "W/\\"abc\\"", got "abc"'],
  [
    { lastModified: new Date(Number.NaN) },
    'conditional.lastModified must be a date or milliseconds since 1970, got NaN',
  ],
  [
    { eTag: '"a"' },
    'conditional.eTag is not an option; known are lastModified, etag, version, cacheControl, vary, exists',
  ],
];

for (const [options, message] of WRONG) {
  test(`refused: ${message}`, () => {
    const request = new http.IncomingMessage(undefined as never);
    assert.throws(() => conditional(request, new http.ServerResponse(request), options), {
      code: 'RESPITE_OPTIONS_INVALID',
      message,
    });
  });
}

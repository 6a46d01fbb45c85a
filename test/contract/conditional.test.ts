// conditional() in front of real handlers, asked by a real client.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { conditional, type ConditionalOptions, createCache } from '../../src/cache/index.ts';

const CHANGED = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

async function serve(
  t: TestContext,
  options: ConditionalOptions,
): Promise<{ url: string; work: { done: number } }> {
  const work = { done: 0 };
  const server = http.createServer((request, response) => {
    response.setHeader('expires', 'Fri, 02 Jan 2026 04:00:00 GMT');
    response.setHeader('vary', 'x-before');
    if (conditional(request, response, options)) return;
    work.done += 1;
    response.end('content');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, work };
}

test('304 before the work, with the fields that the whole would have had', async (t) => {
  const { url, work } = await serve(t, {
    lastModified: new Date(CHANGED),
    cacheControl: 'private, no-cache',
    vary: 'accept',
  });
  const whole = await fetch(url);
  assert.equal(await whole.text(), 'content');
  const etag = whole.headers.get('etag') ?? '';
  assert.match(etag, /^W\/"\w+"$/);
  assert.equal(whole.headers.get('last-modified'), 'Fri, 02 Jan 2026 03:04:05 GMT');
  const short = await fetch(url, { headers: { 'if-none-match': etag } });
  assert.equal(short.status, 304);
  assert.equal(await short.text(), '');
  for (const name of ['cache-control', 'etag', 'vary', 'expires']) {
    assert.equal(short.headers.get(name), whole.headers.get(name), name);
  }
  assert.equal(short.headers.get('vary'), 'x-before, accept');
  assert.ok(short.headers.has('date'));
  assert.equal(work.done, 1);
});

test('412 before the work', async (t) => {
  const { url, work } = await serve(t, { etag: '"v1"' });
  assert.equal((await fetch(url, { method: 'PUT', body: 'x', headers: { 'if-match': '"v0"' } })).status, 412);
  assert.equal((await fetch(url, { method: 'PUT', body: 'x', headers: { 'if-match': '"v1"' } })).status, 200);
  assert.equal(work.done, 1);
});

test('without being told, what is kept is asked about each time', async (t) => {
  const { url, work } = await serve(t, { lastModified: CHANGED, version: 7 });
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

const WRONG: readonly (readonly [options: object, message: string])[] = [
  [{ etag: 'abc' }, 'conditional.etag must be an entity tag such as "\\"abc\\"" or "W/\\"abc\\"", got "abc"'],
  [
    { lastModified: new Date(Number.NaN) },
    'conditional.lastModified must be a date or milliseconds since 1970, got Invalid Date',
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

// Responses with Set-Cookie: stored only where all is one user's, and only if the user of the cache wants it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cache, CacheOptions } from '../../src/cache/index.ts';
import { memoryDispatcher } from '../harness/memory-dispatcher.ts';
import { memoryOrigin, turns } from '../harness/memory-origin.ts';

const URL = 'http://o.example/x';

async function cookies(cache: Cache, headers: Record<string, string> = {}): Promise<readonly string[]> {
  const response = await cache.fetch(URL, { headers });
  await response.text();
  await turns();
  return [...response.headers.getSetCookie(), response.headers.get('cache-status') ?? ''];
}

const FRESH = { 'cache-control': 'max-age=60' };
const withCookies = (...all: readonly string[]): Headers => {
  const headers = new Headers(FRESH);
  for (const cookie of all) headers.append('set-cookie', cookie);
  return headers;
};

test('a private cache gives them again, each as it was, also by the interceptor', async () => {
  const options: CacheOptions = { mode: 'private', storeSetCookie: true };
  const all = ['a=1; Expires=Wed, 01 Jan 2070 00:00:00 GMT', 'b=2'];
  const { cache, asked } = memoryOrigin(() => new Response('x', { headers: withCookies(...all) }), options);
  for (const how of [/uri-miss/, /hit/, /hit/]) {
    const [first, second, status] = await cookies(cache);
    assert.deepEqual([first, second], all);
    assert.match(status ?? '', how);
  }
  assert.equal(asked.length, 1);
  const { get } = memoryDispatcher(() => ({ headers: { ...FRESH, 'set-cookie': all } }), options);
  for (const how of [/uri-miss/, /hit/]) {
    const { headers } = await get({});
    assert.deepEqual(headers['set-cookie'], all);
    assert.match(String(headers['cache-status']), how);
  }
});

test('without the option, and for all users together, they are never stored', async () => {
  for (const options of [{}, { mode: 'private' }, { storeSetCookie: true }] as const) {
    const { cache, asked } = memoryOrigin(
      (_, count) => new Response('x', { headers: withCookies(`count=${count}`) }),
      options,
    );
    for (const count of [1, 2]) assert.equal((await cookies(cache))[0], `count=${count}`);
    assert.equal(asked.length, 2);
  }
});

test('each user gets the own one', async () => {
  const { cache, asked } = memoryOrigin(
    ({ headers }) => new Response('x', { headers: withCookies(`of=${headers.get('x-who')}`) }),
    { storeSetCookie: true, partition: ({ headers }) => headers['x-who'] },
  );
  for (const who of ['ann', 'bob', 'ann', 'bob'])
    assert.equal((await cookies(cache, { 'x-who': who }))[0], `of=${who}`);
  assert.equal(asked.length, 2);
  // Those of no partition share nothing that sets a cookie.
  for (const count of [3, 4]) {
    await cookies(cache);
    assert.equal(asked.length, count);
  }
});

for (const options of [{}, { mode: 'private' }, { mode: 'private', storeSetCookie: true }] as const) {
  test(`the cookie of a 304 reaches the one who asked, with ${JSON.stringify(options)}`, async () => {
    let now = Date.UTC(2026, 0, 1);
    const { cache } = memoryOrigin(
      (_, count) => {
        const headers = withCookies(...(count === 1 ? [] : [`count=${count}`]));
        headers.set('etag', '"1"');
        headers.set('date', new Date(now).toUTCString());
        return new Response(count === 1 ? 'x' : null, { status: count === 1 ? 200 : 304, headers });
      },
      { ...options, now: () => now },
    );
    assert.equal((await cookies(cache)).length, 1);
    now += 100_000;
    const [cookie, status] = await cookies(cache);
    assert.equal(cookie, 'count=2');
    assert.match(status ?? '', /fwd=stale; fwd-status=304/);
    const isKept = 'storeSetCookie' in options;
    assert.deepEqual((await cookies(cache)).slice(0, -1), isKept ? ['count=2'] : []);
  });
}

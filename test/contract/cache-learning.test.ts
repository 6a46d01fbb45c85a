// What the answer to one request may teach the cache about others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CacheOptions, memoryStore } from '../../src/cache/index.ts';
import { memoryOrigin } from '../harness/memory-origin.ts';

const URL = 'http://o.example/x';

interface Clock {
  now: number;
  readonly options: CacheOptions;
}

function clock(): Clock {
  const made: Clock = {
    now: 1_000_000_000,
    options: { now: () => made.now, store: memoryStore({ now: () => made.now }) },
  };
  return made;
}

const CREDENTIALS: readonly (readonly [name: string, init: RequestInit])[] = [
  ['a cookie', { headers: { cookie: 's=1' } }],
  ['Authorization', { headers: { authorization: 'x' } }],
  ['an API key', { headers: { 'x-api-key': 'x' } }],
  ['a range', { headers: { range: 'bytes=0-1' } }],
  ['HEAD', { method: 'HEAD' }],
];

for (const [name, init] of CREDENTIALS) {
  test(`what is stale is refreshed by a request with ${name}`, async () => {
    const time = clock();
    const { get, asked } = memoryOrigin(({ headers, method }) => {
      assert.equal(method, 'GET');
      assert.equal(headers.get('cookie'), null);
      assert.equal(headers.get('range'), null);
      const control = 'public, max-age=10, stale-while-revalidate=600';
      return new Response('value', { headers: { 'cache-control': control } });
    }, time.options);
    await get(URL);
    for (let i = 1; i <= 3; i += 1) {
      time.now += 50_000;
      assert.match((await get(URL, init)).how, /stale-while-revalidate/);
      assert.equal(asked.length, 1 + i);
      assert.match((await get(URL, init)).how, /hit; ttl=10/);
    }
  });
}

test('after an error of the origin a request with a cookie finds out that it is back', async () => {
  const time = clock();
  let fails = false;
  const headers = { 'cache-control': 'public, max-age=10, stale-if-error=86400', etag: '"1"' };
  const { get, asked } = memoryOrigin(
    () => (fails ? new Response('', { status: 503 }) : new Response('value', { headers })),
    time.options,
  );
  const init = { headers: { cookie: 's=1' } };
  await get(URL);
  time.now += 11_000;
  fails = true;
  await get(URL);
  assert.equal(asked.length, 2);
  fails = false;
  time.now += 1000;
  await get(URL, init);
  assert.equal(asked.length, 3);
  assert.match((await get(URL, init)).how, /hit; ttl=10/);
});

test("one user's 429 keeps the cache from asking for nobody else", async () => {
  const time = clock();
  const { get, asked } = memoryOrigin(
    ({ headers }) =>
      headers.has('authorization')
        ? new Response('', { status: 429, headers: { 'retry-after': '3600' } })
        : new Response('value', { headers: { 'cache-control': 'max-age=10, stale-if-error=86400' } }),
    time.options,
  );
  await get(URL);
  time.now += 20_000;
  assert.equal((await get(URL, { headers: { authorization: 'mallory' } })).status, 429);
  assert.match((await get(URL)).how, /fwd=stale; fwd-status=200/);
  assert.equal(asked.length, 3);
});

test('a mistake of one caller says nothing about the origin', async () => {
  const time = clock();
  const headers = { 'cache-control': 'max-age=10', etag: '"1"' };
  const { get, cache } = memoryOrigin(({ url }) => {
    if (url.endsWith('/redirect'))
      throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') });
    return new Response('value', { headers });
  }, time.options);
  await get(URL);
  time.now += 20_000;
  for (let i = 0; i < 5; i += 1) {
    await assert.rejects(cache.fetch('http://o.example/redirect', { redirect: 'error' }), TypeError);
    await assert.rejects(cache.fetch(`http://o.example/${i}`, { headers: { 'x-name': 'ł' } }), TypeError);
  }
  assert.match((await get(URL)).how, /fwd=stale; fwd-status=200/);
});

test('a user who is refused takes what is stored from nobody', async () => {
  const time = clock();
  let isRefused = false;
  const control = 'public, max-age=10, stale-while-revalidate=600';
  const { get } = memoryOrigin(
    () =>
      isRefused
        ? new Response('', { status: 403 })
        : new Response('value', { headers: { 'cache-control': control } }),
    time.options,
  );
  await get(URL);
  time.now += 20_000;
  isRefused = true;
  await get(URL, { headers: { authorization: 'mallory' } });
  assert.match((await get(URL, { headers: { 'cache-control': 'only-if-cached' } })).how, /hit/);
});

test('an answer to HEAD that varies by more does not make one variant that of all', async () => {
  const headers = { 'cache-control': 'max-age=60', etag: '"1"' };
  const { get } = memoryOrigin(({ method, headers: asked }) =>
    method === 'HEAD'
      ? new Response(null, { headers: { ...headers, vary: 'accept-language' } })
      : new Response(`in ${asked.get('accept-language')}`, { headers }),
  );
  await get(URL, { headers: { 'accept-language': 'en' } });
  await get(URL, { method: 'HEAD', cache: 'no-cache', headers: { 'accept-language': 'en' } });
  assert.equal((await get(URL, { headers: { 'accept-language': 'de' } })).text, 'in de');
});

test('only-if-cached asks nobody, also where what is stored is no answer', async () => {
  const headers = { 'cache-control': 'max-age=60', location: '/y' };
  const { get, asked } = memoryOrigin(() => new Response(null, { status: 302, headers }));
  await get(URL, { redirect: 'manual' });
  const { status } = await get(URL, { headers: { 'cache-control': 'only-if-cached' } });
  assert.deepEqual([status, asked.length], [504, 1]);
});

const WRITES: readonly (readonly [name: string, write: () => Response | Promise<Response>])[] = [
  ['is cut off', () => Promise.reject(new TypeError('fetch failed'))],
  ['ends in an error behind a redirect', () => redirected(404, 'http://o.example/y')],
  ['is redirected to it', () => redirected(200, URL)],
];

function redirected(status: number, url: string): Response {
  const response = new Response('', { status });
  Object.defineProperties(response, { redirected: { value: true }, url: { value: url } });
  return response;
}

for (const [name, write] of WRITES) {
  test(`a write that ${name} makes what is stored invalid`, async () => {
    const headers = { 'cache-control': 'max-age=600' };
    const { get, asked } = memoryOrigin(({ method }) =>
      method === 'GET' ? new Response('value', { headers }) : write(),
    );
    await get(URL);
    const to = name.includes('to it') ? 'http://o.example/list' : URL;
    await get(to, { method: 'PUT', body: '2' }).catch(() => {});
    await get(URL);
    assert.equal(asked.length, 3);
  });
}

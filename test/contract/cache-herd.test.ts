// Many requests meet an origin that is overloaded, hangs, or is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../src/cache/index.ts';
import { memoryOrigin, turns } from '../harness/memory-origin.ts';
import { until } from '../harness/until.ts';

const URL = 'http://o.example/x';

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

test('50 at once that meet a 503: one request, and each is told when to come again', async () => {
  const { get, asked } = memoryOrigin(async () => {
    await turns(2);
    return new Response('about the first user', {
      status: 503,
      headers: { 'retry-after': '5', 'x-user': 'first' },
    });
  });
  const responses = await Promise.all(times(50, () => get(URL)));
  assert.equal(asked.length, 1);
  assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([503]));
  assert.equal(responses.filter(({ text }) => text !== '').length, 1, 'the body is for the one who asked');
});

test('an origin that answers 503 everywhere gets one miss a second, and all of them once it is back', async () => {
  let now = 1_000_000;
  let isDown = true;
  const { get, cache, asked } = memoryOrigin(
    () => (isDown ? new Response('', { status: 503 }) : new Response('back')),
    { now: () => now },
  );
  await Promise.all(times(20, (i) => get(`${URL}/${i}`)));
  const before = asked.length;
  for (let second = 0; second < 10; second += 1) {
    const responses = await Promise.all(times(100, (i) => cache.fetch(`${URL}/${i}`)));
    assert.ok(responses.every(({ status }) => status === 503));
    now += 1300;
  }
  assert.ok(asked.length - before <= 10, `${asked.length - before} probes in 13 s`);
  assert.ok(asked.length - before >= 5, 'and it is probed');
  isDown = false;
  assert.equal((await get(`${URL}/0`)).text, 'back');
  const after = await Promise.all(times(100, (i) => get(`${URL}/${i}`)));
  assert.ok(after.every(({ text }) => text === 'back'));
});

test('misses of an origin that is gone fail at once, as fetch fails, or with 504', async () => {
  for (const unreachable of ['throw', 'gateway-timeout'] as const) {
    const now = 1_000_000;
    const { cache, asked } = memoryOrigin(
      () => {
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
        });
      },
      { now: () => now, unreachable },
    );
    const results = await Promise.all(
      times(3, (i) => cache.fetch(`${URL}/${i}`).catch((error: unknown) => error)),
    );
    assert.equal(asked.length, 3);
    const later = await Promise.all(
      times(50, (i) => cache.fetch(`${URL}/${i}`).catch((error: unknown) => error)),
    );
    assert.equal(asked.length, 3);
    for (const result of [...results, ...later]) {
      if (unreachable === 'throw')
        assert.ok(result instanceof TypeError && result.message === 'fetch failed');
      else assert.ok(result instanceof Response && result.status === 504);
    }
    const { cause } = later[0] as { cause?: { code?: string } };
    if (unreachable === 'throw') assert.equal(cause?.code, 'RESPITE_CACHE_ORIGIN_DOWN');
  }
});

test('a request that hangs keeps its URL from nobody who comes later', async () => {
  const now = { ms: 1_000_000 };
  let isFirst = true;
  const { cache, get, asked } = memoryOrigin(
    ({ signal }) => {
      if (!isFirst) return new Response('there', { headers: { 'cache-control': 'max-age=60' } });
      isFirst = false;
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    },
    { now: () => now.ms, store: memoryStore({ now: () => now.ms }) },
  );
  const leaving = new AbortController();
  const hanging = cache.fetch(URL, { signal: leaving.signal });
  await turns();
  const joining = cache.fetch(URL, { signal: leaving.signal });
  await turns();
  assert.equal(asked.length, 1);
  now.ms += 1001;
  assert.equal((await get(URL)).text, 'there');
  assert.match((await get(URL)).how, /hit/);
  leaving.abort(new Error('gone'));
  for (const one of [hanging, joining]) await assert.rejects(one, /gone/);
  await until('nothing to be in flight', () => cache.stats().requestsInFlight === 0);
});

test('a caller that joined a request that hangs waits for it no longer than ten deadlines, then few of them ask', async () => {
  let isFirst = true;
  const { cache, asked } = memoryOrigin(
    ({ signal }) => {
      if (!isFirst) return new Response('there', { headers: { 'cache-control': 'max-age=60' } });
      isFirst = false;
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    },
    { revalidationDeadlineMs: 30 },
  );
  const leaving = new AbortController();
  const hanging = cache.fetch(URL, { signal: leaving.signal });
  const joined = await Promise.all(times(20, async () => (await cache.fetch(URL)).text()));
  assert.deepEqual(new Set(joined), new Set(['there']));
  // On a busy machine a deadline of 30 ms can pass while they are still coming.
  assert.ok(asked.length >= 2 && asked.length <= 6, `${asked.length}`);
  leaving.abort(new Error('gone'));
  await assert.rejects(hanging, /gone/);
});

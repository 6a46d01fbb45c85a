// However a response ends, its origin is told, and what it held is given back.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Cache } from '../../src/cache/index.ts';
import { memoryOrigin, turns } from '../harness/memory-origin.ts';
import { until } from '../harness/until.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const URL = 'http://o.example/x';

interface Endless {
  readonly response: Response;
  isCancelled: boolean;
}

/** A body that never ends, and knows whether somebody has stopped it. */
function endless(headers: Record<string, string>): Endless {
  const made = { isCancelled: false } as { -readonly [K in keyof Endless]: Endless[K] };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (into) => {
        into.enqueue(new Uint8Array(1000));
      },
      cancel: () => {
        made.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  made.response = new Response(stream, { headers });
  return made;
}

const PUBLIC = { 'cache-control': 'public, max-age=60' };
const LIMITS = { entryLimitBytes: 5000, inFlightLimitBytes: 20_000 };

const holdsNothing = (cache: Cache): boolean => {
  collectGarbage();
  const { bytesInFlight, requestsInFlight } = cache.stats();
  return bytesInFlight === 0 && requestsInFlight === 0;
};

const ENDINGS: Readonly<Record<string, (response: Response, leaving: AbortController) => Promise<void>>> = {
  'the reader cancels': async (response) => {
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
  },
  "the reader's signal is aborted": async (response, leaving) => {
    await response.body?.getReader().read();
    leaving.abort(new Error('gone'));
  },
  'the response is dropped': async () => {},
};

for (const [ending, end] of Object.entries(ENDINGS)) {
  test(`a body that is too large, and ${ending}: the origin hears of it`, async () => {
    const made: Endless[] = [];
    const { cache } = memoryOrigin(() => {
      made.push(endless(PUBLIC));
      return made.at(-1)?.response ?? Response.error();
    }, LIMITS);
    const leaving = new AbortController();
    for (let i = 0; i < 8; i += 1) {
      const init = ending.includes('signal') ? { signal: leaving.signal } : {};
      await end(await cache.fetch(`${URL}?${i}`, init), leaving);
      await turns();
      if (leaving.signal.aborted) break;
    }
    await until(
      'all to be given back',
      () => holdsNothing(cache) && made.every(({ isCancelled }) => isCancelled),
    );
  });
}

test('after any number of dropped responses the cache still stores', async () => {
  let isLarge = true;
  const { cache, get } = memoryOrigin(
    () => (isLarge ? endless(PUBLIC).response : new Response('small', { headers: PUBLIC })),
    LIMITS,
  );
  for (let i = 0; i < 12; i += 1) {
    await cache.fetch(`${URL}?${i}`);
    await turns();
  }
  await until('all to be given back', () => holdsNothing(cache));
  isLarge = false;
  await get(URL);
  assert.match((await get(URL)).how, /hit/);
});

test('a refresh that has become too large, and a client that has it already, hold nothing', async () => {
  let now = Date.now();
  let large: Endless | undefined;
  const headers = { 'cache-control': 'max-age=10, stale-while-revalidate=600', etag: '"1"' };
  const { cache, get } = memoryOrigin(
    () => {
      if (large === undefined) return new Response('small', { headers });
      large = endless(headers);
      return large.response;
    },
    { ...LIMITS, now: () => now },
  );
  const begin = (): void => {
    large = endless({});
  };
  await get(URL);
  now += 20_000;
  begin();
  assert.equal((await get(URL)).text, 'small');
  await until('all to be given back', () => holdsNothing(cache) && large?.isCancelled === true);
  begin();
  const { status } = await get(`${URL}?other`, { headers: { 'if-none-match': '"1"' } });
  assert.equal(status, 304);
  await until('all to be given back', () => holdsNothing(cache) && large?.isCancelled === true);
});

test('a long-lived signal keeps nothing of the requests that it was given to', async () => {
  const { signal } = new AbortController();
  for (const control of ['no-store', 'max-age=60', 'max-age=0']) {
    const { cache } = memoryOrigin(() => new Response('x', { headers: { 'cache-control': control } }));
    for (let i = 0; i < 20; i += 1) await (await cache.fetch(`${URL}?${i % 10}`, { signal })).text();
    assert.equal(getEventListeners(signal, 'abort').length, 0, control);
    for (let i = 0; i < 20; i += 1) await cache.fetch(`${URL}?${i}`, { signal });
    await until('listeners to be removed', () => {
      collectGarbage();
      return getEventListeners(signal, 'abort').length === 0;
    });
  }
});

test('a response that is not stored ends with the signal of its user', async () => {
  const made = endless({ 'cache-control': 'no-store' });
  const { cache } = memoryOrigin(() => made.response);
  const leaving = new AbortController();
  const response = await cache.fetch(URL, { signal: leaving.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  leaving.abort(new Error('gone'));
  await assert.rejects(async () => reader?.read(), /gone/);
  await until('the origin to hear of it', () => made.isCancelled);
});

// What a cache tells: counts, and events on diagnostics channels.
import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import {
  type Cache,
  type CacheInvalidateEvent,
  type CacheRequestEvent,
  type CacheStore,
  type CacheStoreEvent,
  type CacheTroubleEvent,
  createCache,
  memoryStore,
} from '../../src/cache/index.ts';
import type { InstrumentRegistry } from '../../src/core/instruments.ts';

interface Heard {
  readonly request: CacheRequestEvent[];
  readonly store: CacheStoreEvent[];
  readonly invalidate: CacheInvalidateEvent[];
  readonly trouble: CacheTroubleEvent[];
}

interface Scene {
  readonly url: string;
  readonly cache: Cache;
  /** The messages that this cache has sent. */
  readonly heard: Heard;
  answer: http.RequestListener;
  now: number;
}

let scenes = 0;

async function scene(t: TestContext): Promise<Scene> {
  const name = `Cache${(scenes += 1)}`;
  const heard: Heard = { request: [], store: [], invalidate: [], trouble: [] };
  for (const [event, messages] of Object.entries(heard)) {
    const listen = (message: unknown): void => {
      if ((message as { cache: string }).cache === name) (messages as unknown[]).push(message);
    };
    diagnostics.subscribe(`respite:cache:${event}`, listen);
    t.after(() => diagnostics.unsubscribe(`respite:cache:${event}`, listen));
  }
  const server = http.createServer((request, response) => {
    response.setHeader('date', new Date(set.now).toUTCString());
    set.answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cache = createCache({ name, now: () => set.now, revalidationDeadlineMs: 60_000 });
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await cache.close();
  });
  const set: Scene = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    cache,
    heard,
    answer: (_request, response) => {
      response.writeHead(200, { 'cache-control': 'max-age=60', etag: '"a"' }).end('body');
    },
    now: Math.floor(Date.now() / 1000) * 1000,
  };
  return set;
}

async function read(response: Promise<Response>): Promise<string> {
  return (await response).text();
}

/** Until what was read is stored too. */
async function settled(cache: Cache): Promise<void> {
  while (cache.stats().requestsInFlight > 0) await new Promise((resolve) => setImmediate(resolve));
}

test('every request has one result', async (t) => {
  const set = await scene(t);
  const { cache, url } = set;
  await read(cache.fetch(url)); // miss
  await settled(cache);
  await read(cache.fetch(url)); // hit
  set.now += 100_000;
  set.answer = (_request, response) => void response.writeHead(304).end();
  await read(cache.fetch(url)); // revalidated; a 304 without a new lifetime keeps the old one
  set.now += 100_000;
  set.answer = (_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60', etag: '"b"' }).end('other');
  };
  await read(cache.fetch(url)); // expired
  await settled(cache);
  set.now += 100_000;
  set.answer = (_request, response) => void response.writeHead(500).end();
  await read(cache.fetch(url)); // stale
  await read(cache.fetch(url, { headers: { 'cache-control': 'no-store' } })); // bypass
  await read(cache.fetch(`${url}other`, { headers: { 'cache-control': 'only-if-cached' } })); // unavailable
  set.answer = (request) => request.socket.destroy();
  await assert.rejects(cache.fetch(`${url}other`)); // failed
  const events = set.heard.request;
  assert.deepEqual(
    events.map(({ result }) => result),
    ['miss', 'hit', 'revalidated', 'expired', 'stale', 'bypass', 'unavailable', 'failed'],
  );
  assert.deepEqual(
    events.map(({ status }) => status),
    [200, 200, 200, 200, 200, 500, 504, undefined],
  );
  assert.match(events[1]?.cacheStatus ?? '', /hit; ttl=/);
  assert.ok(events[7]?.error instanceof TypeError);
  assert.deepEqual([events[0]?.url, events[0]?.method], [url, 'GET']);
  const { requests, servedBytes, storedBytes, notModified, revalidations } = cache.stats();
  assert.deepEqual(
    requests,
    Object.fromEntries(Object.keys(requests).map((result) => [result, 1])),
    'and is counted once',
  );
  assert.deepEqual(
    { servedBytes, storedBytes, notModified, revalidations },
    { servedBytes: 4 + 4 + 5, storedBytes: 4 + 5, notModified: 1, revalidations: 3 },
  );
});

test('what is stored, invalidated, or in trouble is published', async (t) => {
  const set = await scene(t);
  const { cache, url } = set;
  await read(cache.fetch(url));
  await settled(cache);
  assert.deepEqual(
    set.heard.store.map(({ url: of, status, bytes }) => [of, status, bytes]),
    [[url, 200, 4]],
  );
  await read(cache.fetch(url, { method: 'POST' }));
  await cache.invalidateTags(['x']);
  const [write, tags] = set.heard.invalidate;
  assert.deepEqual([write?.urls, write?.tags], [[url], []]);
  assert.deepEqual([tags?.urls, tags?.tags], [[], ['tag x']]);
  assert.deepEqual(set.heard.trouble, []);
  set.answer = (_request, response) => void response.writeHead(503, { 'retry-after': '7' }).end();
  await read(cache.fetch(url));
  set.answer = (request) => request.socket.destroy();
  await assert.rejects(cache.fetch(url));
  assert.deepEqual(
    set.heard.trouble.map(({ name, until }) => [name, until - set.now]),
    [
      [url, 7000],
      [new URL(url).origin, 1000],
    ],
  );
});

test('the metrics of all caches of a process are one, and time is counted for stores that take some', async (t) => {
  const set = await scene(t);
  const memory = memoryStore();
  const store: CacheStore = {
    get: async (key) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (key.endsWith('broken')) throw new Error('broken');
      return memory.get(key);
    },
    put: memory.put.bind(memory),
    update: memory.update.bind(memory),
    invalidate: memory.invalidate.bind(memory),
    delete: memory.delete.bind(memory),
    epoch: memory.epoch.bind(memory),
    invalidateTags: memory.invalidateTags.bind(memory),
    flush: memory.flush.bind(memory),
    close: () => {},
  };
  // On a busy machine the store would be taken for one that hangs.
  const later = createCache({ store, storeTimeoutMs: 30_000 });
  const before = readings();
  await read(set.cache.fetch(set.url));
  await read(later.fetch(set.url));
  await read(later.fetch(`${set.url}broken`));
  const grown = (name: string): number => (readings().get(name) ?? 0) - (before.get(name) ?? 0);
  assert.equal(grown('respite_cache_requests_total miss'), 3);
  assert.ok(grown('respite_cache_store_operations_total get') >= 3);
  assert.equal(grown('respite_cache_store_errors_total get'), 1);
  // Two operations of 50 ms by the clock of timers, which lags behind in a busy iteration of the event loop.
  assert.ok(grown('respite_cache_store_seconds_total get') >= 0.05);
  await later.close();
  assert.equal(grown('respite_cache_requests_total miss'), 3, 'what it has counted stays');
});

function readings(): Map<string, number> {
  const { [Symbol.for('respite.instruments')]: registry } = process as unknown as Record<
    symbol,
    InstrumentRegistry
  >;
  return new Map(
    (registry?.read() ?? []).flatMap(({ name, series }) =>
      series.map(({ labels, value }) => [[name, ...Object.values(labels)].join(' '), value] as const),
    ),
  );
}

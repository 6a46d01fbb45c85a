// A store of one's own, by seven operations.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Backend, createCache, remoteStore } from '../../src/cache/index.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { SqliteBackend } from '../harness/sqlite-backend.ts';
import { cacheStoreContract } from './cache-store.ts';

cacheStoreContract('a backend by SQLite', () => ({
  store: remoteStore(new SqliteBackend(':memory:')),
  now: Date.now,
  pass: (ms) => delay(ms),
}));

test('the example of the guide is the one that is tested', () => {
  const read = (file: string): string =>
    readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8').replaceAll('\r', '');
  const [, ...lines] = read('test/harness/sqlite-backend.ts').split('\n');
  const example = lines.join('\n').replace('../../src/cache/index.ts', 'respite/cache').trim();
  assert.ok(read('docs/guide/cache-stores.md').includes(example));
});

test('two processes share what is stored, and what is invalidated', async (t) => {
  const file = path.join(temporaryDirectory(), 'cache.db');
  let asked = 0;
  const fetch = async (): Promise<Response> => {
    asked += 1;
    return new Response(String(asked), { headers: { 'cache-control': 'max-age=60', 'cache-tag': 'a' } });
  };
  const caches = [1, 2].map(() =>
    createCache({ store: remoteStore(new SqliteBackend(file)), storeTimeoutMs: 60_000, fetch }),
  );
  t.after(() => Promise.all(caches.map((cache) => cache.close())));
  const [one, other] = caches;
  assert.ok(one !== undefined && other !== undefined);
  const ask = async (cache: typeof one): Promise<string> => (await cache.fetch('http://a.example/')).text();
  assert.equal(await ask(one), '1');
  while (one.stats().stored === 0) await delay(5);
  assert.equal(await ask(other), '1');
  await other.invalidate('http://a.example/');
  assert.equal(await ask(one), '2');
  while (one.stats().stored === 1) await delay(5);
  await other.invalidateTags(['a']);
  assert.equal(await ask(one), '3');
});

test('what is no backend is refused', () => {
  const backend: Partial<Backend> = new SqliteBackend(':memory:');
  const refused = (value: unknown, message: string): void => {
    assert.throws(() => remoteStore(value as Backend), { code: 'RESPITE_OPTIONS_INVALID', message });
  };
  refused(undefined, 'remoteStore.backend must be an object, got undefined');
  refused({ ...backend, read: 1 }, 'remoteStore.backend.read must be a function, got 1');
  refused({ read() {}, lease() {} }, 'remoteStore.backend.add must be a function, got undefined');
});

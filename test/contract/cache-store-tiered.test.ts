// Memory in front of a store that answers later, under one contract and under the rules of their own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CacheStore,
  type MemoryStore,
  memoryStore,
  type StoredEntry,
  tieredStore,
} from '../../src/cache/index.ts';
import { cacheStoreContract } from './cache-store.ts';
import { storedEntry } from '../harness/stored-entry.ts';

/** The shared store: memory that answers in a later turn, and can be away. */
class Shared implements CacheStore {
  readonly memory: MemoryStore;
  isAway = false;
  gets = 0;
  /** Waited for before an answer to `get` is given. */
  gate: Promise<void> | undefined;

  constructor(now: () => number = Date.now) {
    this.memory = memoryStore({ now });
  }

  async #do<T>(run: () => T): Promise<T> {
    if (this.isAway) throw new Error('away');
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return run();
  }

  get: CacheStore['get'] = async (key) => {
    this.gets += 1;
    const found = await this.#do(() => this.memory.get(key));
    await this.gate;
    return found;
  };
  put: CacheStore['put'] = (...args) => this.#do(() => this.memory.put(...args));
  update: CacheStore['update'] = (...args) => this.#do(() => this.memory.update(...args));
  invalidate: CacheStore['invalidate'] = (...args) =>
    this.#do(() => {
      this.memory.invalidate(...args);
    });
  delete: CacheStore['delete'] = (key) =>
    this.#do(() => {
      this.memory.delete(key);
    });
  epoch: CacheStore['epoch'] = () => this.#do(() => this.memory.epoch());
  invalidateTags: CacheStore['invalidateTags'] = (tags) =>
    this.#do(() => {
      this.memory.invalidateTags(tags);
    });
  flush: CacheStore['flush'] = () =>
    this.#do(() => {
      this.memory.flush();
    });
  close = (): void => {};
}

for (const [name, memoryTtlMs] of [
  ['as good as no memory', 1],
  ['memory for an hour', 3_600_000],
] as const) {
  cacheStoreContract(`tiered, ${name}`, () => {
    let time = Date.now();
    const now = (): number => time;
    const pass = (ms: number): void => {
      time += ms;
    };
    const store = tieredStore(memoryStore({ now }), new Shared(now), { memoryTtlMs });
    return { store, now, pass };
  });
}

const HOUR_MS = 3_600_000;

const entry = (changes?: Partial<StoredEntry>): StoredEntry => storedEntry(Date.now(), HOUR_MS, changes);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const bodyOf = async (store: CacheStore, key: string): Promise<string | undefined> => {
  const { record, body } = await store.get(key);
  return record === undefined ? undefined : Buffer.from(body).toString();
};
async function put(
  store: CacheStore,
  key: string,
  body: string,
  record: StoredEntry = entry(),
): Promise<boolean> {
  const { version } = await store.get(key);
  return store.put(key, record, bytes(body), version);
}

/** A busy wait, so that nothing else happens meanwhile. */
function wait(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('what is in memory is answered at once, without asking the shared store', async () => {
  const shared = new Shared();
  const store = tieredStore(memoryStore(), shared, { memoryTtlMs: HOUR_MS });
  await put(store, 'a', '1');
  assert.equal(await bodyOf(store, 'a'), '1');
  const before = shared.gets;
  const found = store.get('a');
  assert.ok(!(found instanceof Promise));
  assert.equal(Buffer.from(found.body).toString(), '1');
  assert.equal(shared.gets, before);
});

test('after its time another process’s change is seen', async () => {
  const shared = new Shared();
  const [here, elsewhere] = [0, 1].map(() => tieredStore(memoryStore(), shared, { memoryTtlMs: 30 }));
  assert.ok(here !== undefined && elsewhere !== undefined);
  await put(here, 'a', '1');
  assert.equal(await bodyOf(here, 'a'), '1');
  await elsewhere.invalidate('a', HOUR_MS);
  await put(elsewhere, 'a', '2');
  wait(31);
  assert.equal(await bodyOf(here, 'a'), '2');
});

test('its own invalidation is seen at once', async () => {
  const store = tieredStore(memoryStore(), new Shared(), { memoryTtlMs: HOUR_MS });
  await put(store, 'a', '1', entry({ tags: ['x'], epoch: await store.epoch() }));
  assert.equal(await bodyOf(store, 'a'), '1');
  await store.invalidateTags(['x']);
  assert.equal(await bodyOf(store, 'a'), undefined);
  await put(store, 'b', '1');
  assert.equal(await bodyOf(store, 'b'), '1');
  await store.invalidate('b', HOUR_MS);
  assert.equal(await bodyOf(store, 'b'), undefined);
});

test('tagged entries are kept in memory after any number of invalidations', async () => {
  const shared = new Shared();
  const store = tieredStore(memoryStore(), shared, { memoryTtlMs: HOUR_MS });
  for (let i = 0; i < 5; i += 1) await store.flush();
  shared.memory.flush();
  await put(store, 'a', '1', entry({ tags: ['x'], epoch: await store.epoch() }));
  await store.get('a');
  assert.ok(!(store.get('a') instanceof Promise));
});

test('what was read before an invalidation does not get into memory after it', async () => {
  const shared = new Shared();
  const store = tieredStore(memoryStore(), shared, { memoryTtlMs: HOUR_MS });
  await put(store, 'a', 'old');
  let open: (() => void) | undefined;
  shared.gate = new Promise((resolve) => {
    open = resolve;
  });
  const late = store.get('a');
  await new Promise((resolve) => setTimeout(resolve, 5));
  await store.invalidate('a', HOUR_MS);
  open?.();
  await late;
  shared.gate = undefined;
  assert.equal(await bodyOf(store, 'a'), undefined);
});

test('while the shared store is away memory is used alone, for as short a time', async () => {
  const shared = new Shared();
  const store = tieredStore(memoryStore(), shared, { memoryTtlMs: 40 });
  await put(store, 'before', 'shared');
  shared.isAway = true;
  assert.equal(await put(store, 'a', 'alone', entry({ tags: ['x'], epoch: await store.epoch() })), true);
  assert.equal(await bodyOf(store, 'a'), 'alone');
  const { version } = await store.get('a');
  assert.equal(await store.update('a', entry({ status: 203 }), version), true);
  assert.equal(await bodyOf(store, 'a'), 'alone');
  await store.invalidate('a', HOUR_MS);
  assert.equal(await store.put('a', entry(), bytes('old'), version), false);
  assert.equal(await bodyOf(store, 'a'), undefined);
  await put(store, 'a', 'again');
  wait(41);
  assert.equal(await bodyOf(store, 'a'), undefined);
  await store.close();
});

test('what was invalidated while the shared store was away is gone when it is back', async () => {
  const shared = new Shared();
  const store = tieredStore(memoryStore(), shared, { memoryTtlMs: 1 });
  await put(store, 'a', 'old');
  shared.isAway = true;
  await store.invalidate('a', HOUR_MS);
  shared.isAway = false;
  const deadline = performance.now() + 10_000;
  // It is not asked for a while.
  while ((await store.epoch()) === 0 && shared.memory.get('a').record !== undefined) {
    assert.ok(performance.now() < deadline);
    assert.equal(await bodyOf(store, 'a'), undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(await bodyOf(store, 'a'), undefined);
});

test('options that are none are refused', () => {
  const memory = memoryStore();
  assert.throws(() => tieredStore(memory, memory), /tieredStore.shared must be another store/);
  assert.throws(() => tieredStore(memory, new Shared(), { memoryTtlMs: 0 }), {
    message: 'tieredStore.memoryTtlMs must be a whole number of at least 1, got 0',
  });
});

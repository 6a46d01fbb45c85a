// undici's own stores, made into ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Readable, Writable } from 'node:stream';
import { cacheStores } from 'undici';
import { undiciStore } from '../../src/cache/index.ts';
import { cacheStoreContract } from './cache-store.ts';

const { MemoryCacheStore, SqliteCacheStore } = cacheStores;

const create = {
  MemoryCacheStore: () => new MemoryCacheStore(),
  SqliteCacheStore: () => new SqliteCacheStore(),
  'a small MemoryCacheStore': () => new MemoryCacheStore({ maxCount: 1000 }),
};

for (const [name, make] of Object.entries(create)) {
  cacheStoreContract(`undici's: ${name}`, () => ({
    store: undiciStore(make()),
    now: Date.now,
    pass: (ms) => delay(ms),
  }));
}

/** A store that gives bodies as streams, in pieces, and can forget to do what it is told. */
class Careless {
  readonly values = new Map<string, Buffer>();
  isCareless = false;

  async get({ path }: { path: string }): Promise<unknown> {
    const value = this.values.get(path);
    return value === undefined
      ? undefined
      : { body: Readable.from([value.subarray(0, 3), value.subarray(3)]) };
  }

  createWriteStream({ path }: { path: string }): Writable {
    const chunks: Buffer[] = [];
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
      final: (done) => {
        if (!this.isCareless) this.values.set(path, Buffer.concat(chunks));
        done();
      },
    });
  }

  delete({ path }: { path: string }): void {
    if (!this.isCareless) this.values.delete(path);
  }
}

cacheStoreContract("undici's: bodies as streams", () => ({
  store: undiciStore(new Careless()),
  now: Date.now,
  pass: (ms) => delay(ms),
}));

test('a store that does not do what it was told fails, rather than being believed', async () => {
  const careless = new Careless();
  const store = undiciStore(careless);
  await store.get('a');
  careless.isCareless = true;
  await assert.rejects(async () => store.invalidate('a', 1), /did not delete/);
});

test('what is no store is refused', () => {
  assert.throws(() => undiciStore({} as never), {
    code: 'RESPITE_OPTIONS_INVALID',
    message: 'undiciStore.store must be a CacheStore of undici, got an object',
  });
});

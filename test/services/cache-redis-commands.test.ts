// What is sent to Redis: few commands, each about one key, none that looks through all keys.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { type CacheStore, redisStore, type StoredEntry } from '../../src/cache/index.ts';
import { lacks } from '../harness/programs.ts';
import { startRedis } from '../harness/services/redis.ts';
import { fileEnd } from '../harness/services/service.ts';
import { storedEntry } from '../harness/stored-entry.ts';

describe('commands sent to Redis', { skip: lacks('redis-server') }, async () => {
  const redis = await startRedis(fileEnd);
  const client = new Redis(redis.port);
  fileEnd.after(() => {
    client.disconnect();
  });

  const HOUR_MS = 3_600_000;

  const entry = (tags: readonly string[] = [], epoch: number = 0, ttlMs: number = HOUR_MS): StoredEntry =>
    storedEntry(Date.now(), ttlMs, { fields: { 'content-type': 'text/plain' }, bodyBytes: 4, tags, epoch });

  async function put(store: CacheStore, key: string, record: StoredEntry): Promise<boolean> {
    const { version } = await store.get(key);
    return store.put(key, record, Buffer.from('body'), version);
  }

  /** How often each command was called, by scripts too. */
  async function calls(): Promise<ReadonlyMap<string, number>> {
    const info = await client.info('commandstats');
    return new Map(
      [...info.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(([, name = '', count = '']) => [
        name,
        Number(count),
      ]),
    );
  }

  async function commandsOf(run: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
    await client.config('RESETSTAT');
    await run();
    const made = Object.fromEntries(await calls());
    delete made['config|resetstat'];
    delete made['info'];
    return made;
  }

  test('a hit is one command; a tag adds one that is sent along', async () => {
    const store = redisStore(client, { prefix: 'hit' });
    await put(store, 'plain', entry());
    await put(store, 'tagged', entry(['x'], await store.epoch()));
    await store.get('tagged');
    assert.deepEqual(await commandsOf(async () => store.get('plain')), { getrange: 1 });
    assert.deepEqual(await commandsOf(async () => store.get('tagged')), { getrange: 2 });
  });

  test('nothing looks through all keys', async () => {
    const store = redisStore(client, { prefix: 'all' });
    const made = await commandsOf(async () => {
      await put(store, 'a', entry(['x'], await store.epoch()));
      const { version } = await store.get('a');
      await store.update('a', entry(['x'], await store.epoch()), version);
      await store.invalidate('a', 1);
      await store.delete('a');
      await store.invalidateTags(['x']);
      await store.flush();
    });
    const expected = ['del', 'eval', 'evalsha', 'getrange', 'set'];
    assert.deepEqual(Object.keys(made).toSorted(), expected);
  });

  test('a server that has forgotten the scripts is told them again', async () => {
    const store = redisStore(client, { prefix: 'scripts' });
    for (let i = 0; i < 2; i += 1) {
      await client.script('FLUSH');
      assert.equal(await put(store, `key ${i}`, entry()), true);
    }
  });

  test('all keys have the prefix, are short, and say nothing of what they stand for', async () => {
    const store = redisStore(client, { prefix: 'secret' });
    await put(store, `http://a/user/7?token=${'x'.repeat(9000)}`, entry(['tag']));
    const keys = (await client.keys('secret*')).toSorted();
    assert.equal(keys.length, 3);
    assert.ok(
      keys.every((key) => /^secret:(?:s|[et]:[\da-f]{64})$/.test(key)),
      keys.join(' '),
    );
  });

  test('Redis itself forgets what has expired, and leases after a minute', async () => {
    const store = redisStore(client, { prefix: 'expiry' });
    await store.get('leased only');
    await put(store, 'a', entry([], 0, 5000));
    const ttls = await Promise.all((await client.keys('expiry:e:*')).map((key) => client.pttl(key)));
    const [shorter = 0, longer = 0] = ttls.toSorted((a, b) => a - b);
    assert.ok(shorter > 4000 && shorter <= 5000, String(shorter));
    assert.ok(longer > 55_000 && longer <= 60_000, String(longer));
  });

  test('what is of another type is garbage like any other', async () => {
    const store = redisStore(client, { prefix: 'types' });
    await put(store, 'a', entry());
    const { version } = await store.get('a');
    for (const key of await client.keys('types:e:*')) {
      await client.del(key);
      await client.lpush(key, 'a', 'b');
    }
    assert.equal(await store.put('a', entry(), Buffer.from('body'), version), false);
    assert.equal(await store.update('a', entry(), version), false);
    await assert.rejects(async () => store.get('a'), { code: 'RESPITE_CACHE_GARBAGE' });
    assert.equal(await put(store, 'a', entry()), true);
  });

  test('a value of any size at one of our keys is not read whole', async () => {
    const store = redisStore(client, { prefix: 'size', valueLimitBytes: 10_000 });
    await put(store, 'a', entry());
    for (const key of await client.keys('size:e:*')) await client.set(key, Buffer.alloc(50_000_000));
    await client.config('RESETSTAT');
    await assert.rejects(async () => store.get('a'), { code: 'RESPITE_CACHE_GARBAGE' });
    const sent = Number(/total_net_output_bytes:(\d+)/.exec(await client.info('stats'))?.[1]);
    assert.ok(sent < 100_000, `${sent} bytes`);
  });

  test('a full Redis that evicts brings nothing back', async (t) => {
    const small = await startRedis(t, ['--maxmemory', '3mb', '--maxmemory-policy', 'allkeys-random']);
    const own = new Redis(small.port);
    t.after(() => {
      own.disconnect();
    });
    const store = redisStore(own);
    let evicted = 0;
    for (let i = 0; i < 1200; i += 1) {
      const key = `key ${i % 100}`;
      const { version } = await store.get(key);
      const epoch = await store.epoch();
      if (i % 3 === 0) await store.invalidate(key, HOUR_MS);
      if (i % 3 === 1) await store.invalidateTags(['x']);
      const isStored = await store.put(key, entry(['x'], epoch), Buffer.alloc(60_000), version);
      if (i % 3 !== 2) assert.equal((await store.get(key)).record, undefined);
      if (isStored && (await store.get(key)).record === undefined) evicted += 1;
    }
    const info = await own.info('stats');
    assert.ok(Number(/evicted_keys:(\d+)/.exec(info)?.[1]) > 100, `${evicted} evicted`);
  });
});

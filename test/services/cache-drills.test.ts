// A real cache in front of a real origin, while its store is killed, made to hang, started again empty, and full of garbage.
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import {
  type Cache,
  type CacheStore,
  createCache,
  memcachedStore,
  redisStore,
  type StoreErrorEvent,
} from '../../src/cache/index.ts';
import { lacks, type Program } from '../harness/programs.ts';
import { below, printedRandom, randomBytes } from '../harness/seed.ts';
import { until } from '../harness/until.ts';
import { MemcachedAdmin, startMemcached } from '../harness/services/memcached.ts';
import { startRedis } from '../harness/services/redis.ts';
import type { Service } from '../harness/services/service.ts';
import { type Seen, Users, VersionedOrigin } from '../harness/services/versioned-origin.ts';

/** A kind of store, and how to put something into the server behind the store's back. */
interface Kind {
  readonly name: string;
  readonly program: Program;
  start(t: TestContext): Promise<Service>;
  connect(t: TestContext, port: number): CacheStore;
  /** Replaces all values that stand in the server. */
  spoil(port: number, spoil: (value: Buffer, all: readonly Buffer[]) => Buffer): Promise<number>;
}

async function spoilRedis(port: number, spoil: Parameters<Kind['spoil']>[1]): Promise<number> {
  const admin = new Redis(port);
  try {
    const keys = await admin.keys('*');
    const values = await Promise.all(keys.map((key) => admin.getBuffer(key)));
    const all = values.filter((value) => value !== null);
    for (const [i, key] of keys.entries()) {
      const value = values[i];
      if (value !== null && value !== undefined) await admin.set(key, spoil(value, all));
    }
    return keys.length;
  } finally {
    admin.disconnect();
  }
}

const kinds: readonly Kind[] = [
  {
    name: 'Redis by ioredis',
    program: 'redis-server',
    start: startRedis,
    connect(t, port) {
      const client = new Redis(port);
      client.on('error', () => {});
      t.after(() => {
        client.disconnect();
      });
      return redisStore(client);
    },
    spoil: spoilRedis,
  },
  {
    name: 'Redis by node-redis',
    program: 'redis-server',
    start: startRedis,
    connect(t, port) {
      const client = createClient({ socket: { port, host: '127.0.0.1', reconnectStrategy: 50 } });
      client.on('error', () => {});
      client.connect().catch(() => {});
      t.after(() => {
        client.destroy();
      });
      return redisStore(client);
    },
    spoil: spoilRedis,
  },
  {
    name: 'memcached',
    program: 'memcached',
    start: startMemcached,
    connect: (_t, port) => memcachedStore({ port }),
    async spoil(port, spoil) {
      await using admin = await MemcachedAdmin.connect(port);
      const keys = await admin.keys();
      const values = await Promise.all(keys.map((key) => admin.get(key)));
      for (const [i, key] of keys.entries())
        await admin.set(key, spoil(values[i] ?? Buffer.alloc(0), values));
      return keys.length;
    },
  },
];

/** A request waits for the store for 50 ms at most; the rest is how busy a machine may be. */
const LONGEST_MS = 3000;

/** Requests that are made while the store is in trouble. */
const MADE = 150;

/** Users at the same time: each may wait for the store once, and three errors in a row are needed to give it up. */
const USERS = 4;
const WAITED_LIMIT = USERS + 3;

function watchErrors(t: TestContext): { readonly at: number; readonly event: StoreErrorEvent }[] {
  const errors: { at: number; event: StoreErrorEvent }[] = [];
  const onError = (message: unknown): void => {
    errors.push({ at: performance.now(), event: message as StoreErrorEvent });
  };
  subscribe('respite:cache:store-error', onError);
  t.after(() => {
    unsubscribe('respite:cache:store-error', onError);
  });
  return errors;
}

function newCache(t: TestContext, store: CacheStore): Cache {
  const cache = createCache({ store });
  t.after(() => cache.close());
  return cache;
}

async function untilHits(users: Users): Promise<void> {
  const from = performance.now();
  await until(
    'hits',
    async () => users.since(from).some(({ isHit }) => isHit),
    () => JSON.stringify(users.seen.slice(-5)),
  );
}

for (const kind of kinds) {
  describe(`drills: ${kind.name}`, { concurrency: false, skip: lacks(kind.program) }, () => {
    const drill = (
      name: string,
      hurt: (service: Service) => Promise<void> | void,
      heal: (service: Service) => Promise<void> | void,
    ): void => {
      test(name, async (t) => {
        const service = await kind.start(t);
        const origin = await VersionedOrigin.start(t);
        const cache = newCache(t, kind.connect(t, service.port));
        const errors = watchErrors(t);
        const users = new Users(cache, origin, USERS);
        await untilHits(users);
        const from = performance.now();
        await hurt(service);
        const during = (): readonly Seen[] => users.since(from);
        await until('requests without the store', () => during().length >= MADE);
        assert.ok(
          during()
            .slice(WAITED_LIMIT)
            .every(({ isHit }) => !isHit),
          'answered without it',
        );
        const waited = errors.filter(({ at, event }) => event.operation === 'get' && at > from);
        assert.ok(waited.length <= WAITED_LIMIT, `${waited.length} requests waited for the store`);
        assert.ok(
          errors.some(({ at }) => at > from),
          'it was noticed',
        );
        await heal(service);
        await untilHits(users);
        await delay(300);
        await users.stop();
        const slowest = Math.max(...users.seen.map(({ tookMs }) => tookMs));
        assert.ok(slowest < LONGEST_MS, `the slowest took ${slowest} ms`);
      });
    };

    drill(
      'made to hang, and going on',
      (service) => service.pause(),
      (service) => service.resume(),
    );
    drill(
      'killed, and started again empty',
      (service) => service.kill(),
      (service) => service.start(),
    );

    test('restarted between two requests', async (t) => {
      const service = await kind.start(t);
      const origin = await VersionedOrigin.start(t);
      const cache = newCache(t, kind.connect(t, service.port));
      const users = new Users(cache, origin, USERS);
      await untilHits(users);
      for (let i = 0; i < 3; i += 1) {
        await service.kill();
        await service.start();
        await untilHits(users);
      }
      await users.stop();
    });

    test('what was written while it hung is not served by it, here or elsewhere', async (t) => {
      const service = await kind.start(t);
      const origin = await VersionedOrigin.start(t);
      const [here, elsewhere] = [0, 1].map(() => newCache(t, kind.connect(t, service.port)));
      assert.ok(here !== undefined && elsewhere !== undefined);
      const read = async (cache: Cache, path: string): Promise<number> =>
        Number.parseInt(await (await cache.fetch(origin.url + path)).text(), 10);
      for (const path of ['/a', '/b']) {
        await until(
          'it to be stored',
          async () => {
            const response = await here.fetch(origin.url + path);
            await response.text();
            return response.headers.get('cache-status')?.includes('; hit') === true;
          },
          () => 'never a hit',
        );
        assert.equal(await read(elsewhere, path), 1);
      }
      service.pause();
      await (await here.fetch(`${origin.url}/a`, { method: 'POST', body: 'x' })).text();
      origin.change('/b');
      await here.invalidateTags(['tag-/b']);
      assert.equal(await read(here, '/a'), 2);
      assert.equal(await read(here, '/b'), 2);
      service.resume();
      await until(
        'the others to see it',
        async () => {
          assert.equal(await read(here, '/a'), 2);
          assert.equal(await read(here, '/b'), 2);
          return (await read(elsewhere, '/a')) === 2 && (await read(elsewhere, '/b')) === 2;
        },
        () => 'the others still see what was replaced',
      );
    });

    test('garbage at the very keys', async (t) => {
      const random = printedRandom(t);
      const service = await kind.start(t);
      const origin = await VersionedOrigin.start(t);
      const cache = newCache(t, kind.connect(t, service.port));
      const errors = watchErrors(t);
      const users = new Users(cache, origin, USERS);
      const ways: Readonly<Record<string, (value: Buffer, all: readonly Buffer[]) => Buffer>> = {
        random: () => randomBytes(random, 500),
        'one bit': (value) => {
          const spoiled = Buffer.from(value);
          const at = below(random, spoiled.byteLength);
          if (at < spoiled.byteLength) spoiled[at] = (spoiled[at] ?? 0) ^ 1;
          return spoiled;
        },
        cut: (value) => value.subarray(0, value.byteLength / 2),
        'of another key': (_value, all) => all[below(random, all.length)] ?? Buffer.alloc(1),
        'sizes that lie': (value) => {
          const spoiled = Buffer.from(value);
          if (spoiled.byteLength > 28) spoiled.writeUInt32LE(0xffffffff, 20);
          return spoiled;
        },
        'far too much': () => Buffer.alloc(1_040_000, 1),
      };
      for (const [way, spoil] of Object.entries(ways)) {
        await untilHits(users);
        errors.length = 0;
        assert.ok((await kind.spoil(service.port, spoil)) > 5, way);
        await until(
          `${way} to be noticed`,
          async () => errors.length > 0,
          () => 'no store error',
        );
      }
      await untilHits(users);
      await users.stop();
    });

    test('a server that answers garbage', async (t) => {
      const random = printedRandom(t);
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', () => socket.write(randomBytes(random, 200)));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => {
        server.close();
      });
      const origin = await VersionedOrigin.start(t);
      const cache = newCache(t, kind.connect(t, (server.address() as AddressInfo).port));
      const users = new Users(cache, origin, USERS);
      await until('requests', () => users.seen.length >= MADE);
      await users.stop();
      assert.ok(users.seen.every(({ isHit }) => !isHit));
    });

    test('nobody there at all', async (t) => {
      const service = await kind.start(t);
      await service.kill();
      const origin = await VersionedOrigin.start(t);
      const cache = newCache(t, kind.connect(t, service.port));
      const users = new Users(cache, origin, USERS);
      await until('requests', () => users.seen.length >= MADE);
      await users.stop();
    });
  });
}

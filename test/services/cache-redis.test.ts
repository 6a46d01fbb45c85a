// The contract of a store over a real Redis, by each client.
import { describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Redis as Valkey } from 'iovalkey';
import { createClient } from 'redis';
import { type RedisClient, redisStore } from '../../src/cache/index.ts';
import { cacheStoreContract } from '../contract/cache-store.ts';
import { lacks } from '../harness/programs.ts';
import { startRedis } from '../harness/services/redis.ts';
import { fileEnd } from '../harness/services/service.ts';

describe('Redis', { skip: lacks('redis-server') }, async () => {
  const redis = await startRedis(fileEnd);
  const url = `redis://127.0.0.1:${redis.port}`;

  const ioredis = new Redis(url);
  const pipelining = new Redis(url, { enableAutoPipelining: true });
  const iovalkey = new Valkey(url);
  const nodeRedis = createClient({ url });
  // The server ends before its clients do.
  nodeRedis.on('error', () => {});
  await nodeRedis.connect();
  fileEnd.after(() => {
    ioredis.disconnect();
    pipelining.disconnect();
    iovalkey.disconnect();
    nodeRedis.destroy();
  });

  const clients: Readonly<Record<string, RedisClient>> = {
    ioredis,
    'ioredis with enableAutoPipelining': pipelining,
    iovalkey,
    'node-redis': nodeRedis,
  };
  let count = 0;
  for (const [name, client] of Object.entries(clients)) {
    cacheStoreContract(`Redis by ${name}`, () => {
      count += 1;
      return {
        store: redisStore(client, { prefix: `test-${count}` }),
        now: Date.now,
        pass: (ms) => delay(ms),
      };
    });
  }
});

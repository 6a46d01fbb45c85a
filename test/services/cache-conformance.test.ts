// The cases of the RFCs over stores outside of the process.
import { describe } from 'node:test';
import { Redis } from 'ioredis';
import { type CacheStore, memcachedStore, redisStore } from '../../src/cache/index.ts';
import { freshness } from '../conformance/cases/freshness.ts';
import { requests } from '../conformance/cases/requests.ts';
import { stories } from '../conformance/cases/stories.ts';
import { storing } from '../conformance/cases/storing.ts';
import { targeted } from '../conformance/cases/targeted.ts';
import { conformance } from '../conformance/suite.ts';
import { lacks } from '../harness/programs.ts';
import { startMemcached } from '../harness/services/memcached.ts';
import { startRedis } from '../harness/services/redis.ts';
import { fileEnd } from '../harness/services/service.ts';

const pairs = [...storing, ...freshness, ...requests, ...targeted];
let count = 0;
const prefix = (): string => {
  count += 1;
  return `case-${count}`;
};

describe('Redis', { skip: lacks('redis-server') }, async () => {
  const redis = await startRedis(fileEnd);
  const client = new Redis(redis.port);
  fileEnd.after(() => {
    client.disconnect();
  });
  conformance('Redis', (now) => redisStore(client, { now, prefix: prefix() }), pairs, stories);
});

describe('memcached', { skip: lacks('memcached') }, async () => {
  const memcached = await startMemcached(fileEnd);
  const store = (now: () => number): CacheStore =>
    memcachedStore({ port: memcached.port }, { now, prefix: prefix() });
  conformance('memcached', store, pairs, stories);
});

// The cases of the RFCs over stores outside of the process.
import { after } from 'node:test';
import { Redis } from 'ioredis';
import { memcachedStore, redisStore } from '../../src/cache/index.ts';
import { freshness } from '../conformance/cases/freshness.ts';
import { requests } from '../conformance/cases/requests.ts';
import { stories } from '../conformance/cases/stories.ts';
import { storing } from '../conformance/cases/storing.ts';
import { targeted } from '../conformance/cases/targeted.ts';
import { conformance } from '../conformance/suite.ts';
import { startMemcached } from './harness/memcached.ts';
import { startRedis } from './harness/redis.ts';

const redis = await startRedis({ after });
const memcached = await startMemcached({ after });
const client = new Redis(redis.port);
after(() => {
  client.disconnect();
});

const pairs = [...storing, ...freshness, ...requests, ...targeted];
let count = 0;
const prefix = (): string => {
  count += 1;
  return `case-${count}`;
};
conformance('Redis', (now) => redisStore(client, { now, prefix: prefix() }), pairs, stories);
conformance(
  'memcached',
  (now) => memcachedStore({ port: memcached.port }, { now, prefix: prefix() }),
  pairs,
  stories,
);

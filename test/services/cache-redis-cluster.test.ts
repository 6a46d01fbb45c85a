// The contract of a store over a cluster of Redis, of one node.
import { describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { createCluster } from 'redis';
import { redisStore } from '../../src/cache/index.ts';
import { cacheStoreContract } from '../contract/cache-store.ts';
import { until } from '../harness/until.ts';
import { lacks } from '../harness/programs.ts';
import { startRedis } from '../harness/services/redis.ts';
import { fileEnd } from '../harness/services/service.ts';

describe('a cluster of Redis', { skip: lacks('redis-server') }, async () => {
  const clustered = await startRedis(fileEnd, [
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
  ]);
  const admin = new Redis(clustered.port);
  await admin.cluster('ADDSLOTSRANGE', 0, 16_383);
  await until('the cluster to be up', async () => (await admin.cluster('INFO')).includes('cluster_state:ok'));
  admin.disconnect();
  const nodes = [{ host: '127.0.0.1', port: clustered.port }];
  const ioredisCluster = new Cluster(nodes);
  const nodeRedisCluster = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${clustered.port}` }] });
  // The server ends before its clients do.
  ioredisCluster.on('error', () => {});
  nodeRedisCluster.on('error', () => {});
  await nodeRedisCluster.connect();
  fileEnd.after(() => {
    ioredisCluster.disconnect();
    nodeRedisCluster.destroy();
  });

  let count = 0;
  for (const [name, cluster] of Object.entries({ ioredis: ioredisCluster, 'node-redis': nodeRedisCluster })) {
    cacheStoreContract(`a cluster of Redis by ${name}`, () => {
      count += 1;
      return {
        store: redisStore(cluster, { prefix: `test-${count}` }),
        now: Date.now,
        pass: (ms) => delay(ms),
      };
    });
  }
});

// The contract of a store over a real memcached, by our own client and by that of a package.
import { describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MemcacheClient } from 'memcache-client';
import { memcachedStore } from '../../src/cache/index.ts';
import { cacheStoreContract } from '../contract/cache-store.ts';
import { lacks } from '../harness/programs.ts';
import { startMemcached } from '../harness/services/memcached.ts';
import { fileEnd } from '../harness/services/service.ts';

describe('memcached', { skip: lacks('memcached') }, async () => {
  const memcached = await startMemcached(fileEnd);
  const client = new MemcacheClient({ server: `127.0.0.1:${memcached.port}` });
  fileEnd.after(() => {
    client.shutdown();
  });

  let count = 0;
  const servers = { 'our own client': { port: memcached.port }, 'memcache-client': client };
  for (const [name, server] of Object.entries(servers)) {
    cacheStoreContract(`memcached by ${name}`, () => {
      count += 1;
      return {
        store: memcachedStore(server, { prefix: `test-${count}` }),
        now: Date.now,
        pass: (ms) => delay(ms),
      };
    });
  }
});

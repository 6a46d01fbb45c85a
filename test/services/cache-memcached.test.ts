// The contract of a store over a real memcached, by our own client and by that of a package.
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MemcacheClient } from 'memcache-client';
import { memcachedStore } from '../../src/cache/index.ts';
import { cacheStoreContract } from '../contract/cache-store.ts';
import { startMemcached } from './harness/memcached.ts';

const memcached = await startMemcached({ after });
const client = new MemcacheClient({ server: `127.0.0.1:${memcached.port}` });
after(() => {
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

import { refuse, resolve } from '../../../core/options.ts';
import type { CacheStore } from '../contract.ts';
import { RemoteStore } from '../remote/remote-store.ts';
import { remoteStoreRule, type RemoteStoreOptions } from '../remote/options.ts';
import { commandSender, type RedisClient } from './client.ts';
import { RedisBackend } from './redis-backend.ts';

/** Options of {@link redisStore}. */
export type RedisStoreOptions = RemoteStoreOptions;

/** What Redis can hold in one value. */
const MOST_VALUE_BYTES = 512 * 1024 * 1024;

const redisOptions = remoteStoreRule({ atMost: MOST_VALUE_BYTES });

/**
 * Keeps responses in Redis (6 or later) or Valkey, for all processes that use the same server and prefix. Also in a cluster. Takes a
 * client of ioredis, iovalkey or node-redis, and neither connects nor closes it.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { createCache, redisStore } from 'respite/cache';
 *
 * const cache = createCache({ store: redisStore(new Redis('redis://cache.internal'), { prefix: 'shop' }) });
 * ```
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): CacheStore {
  const resolved = resolve(redisOptions, options, ['redisStore']);
  const send =
    commandSender(client) ??
    refuse(['redisStore', 'client'], 'a client of ioredis, iovalkey or node-redis', client);
  return new RemoteStore(new RedisBackend(send, resolved.valueLimitBytes), resolved);
}

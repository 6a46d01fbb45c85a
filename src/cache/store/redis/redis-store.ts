import { fail, integer, knownKeys } from '../../../core/validate.ts';
import type { CacheStore } from '../contract.ts';
import { FRAME_OVERHEAD_BYTES } from '../remote/frame.ts';
import { RemoteStore } from '../remote/remote-store.ts';
import { keyPrefix, type RemoteStoreOptions, REMOTE_STORE_DEFAULTS } from '../remote/options.ts';
import { commandSender, type RedisClient } from './client.ts';
import { RedisBackend } from './redis-backend.ts';

/** Options of {@link redisStore}. */
export type RedisStoreOptions = RemoteStoreOptions;

/**
 * Keeps responses in Redis (6 or later) or Valkey, for all processes that use the same server and prefix. Also in a cluster. Takes a
 * client of ioredis, iovalkey or node-redis, and neither connects nor closes it.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): CacheStore {
  knownKeys('redisStore', options, Object.keys(REMOTE_STORE_DEFAULTS));
  const send =
    commandSender(client) ?? fail('redisStore.client', 'a client of ioredis, iovalkey or node-redis', client);
  const valueLimitBytes = integer(
    'redisStore.valueLimitBytes',
    options.valueLimitBytes ?? REMOTE_STORE_DEFAULTS.valueLimitBytes,
    FRAME_OVERHEAD_BYTES,
    // What Redis can hold in one value.
    512 * 1024 * 1024,
  );
  return new RemoteStore(new RedisBackend(send, valueLimitBytes), {
    prefix: keyPrefix('redisStore.prefix', options.prefix ?? REMOTE_STORE_DEFAULTS.prefix),
    valueLimitBytes,
    now: options.now ?? REMOTE_STORE_DEFAULTS.now,
  });
}

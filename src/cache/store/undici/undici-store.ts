import { refuse, resolve } from '../../../core/options.ts';
import type { CacheStore } from '../contract.ts';
import { remoteStoreRule, type RemoteStoreOptions } from '../remote/options.ts';
import { RemoteStore } from '../remote/remote-store.ts';
import { UndiciBackend, type UndiciCacheStore } from './undici-backend.ts';

/** Options of {@link undiciStore}. */
export type UndiciStoreOptions = RemoteStoreOptions;

const undiciOptions = remoteStoreRule();

/**
 * Keeps responses in a store made for undici's cache. Such stores have no compare-and-set: within this process writes are ordered, but
 * **processes that share one can undo each other's invalidations**. So it is for stores of one process, such as a file of its own.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { createCache, undiciStore } from 'respite/cache';
 * import { cacheStores } from 'undici';
 *
 * const cache = createCache({ store: undiciStore(new cacheStores.SqliteCacheStore({ location: 'cache.db' })) });
 * ```
 */
export function undiciStore(store: UndiciCacheStore, options: UndiciStoreOptions = {}): CacheStore {
  const resolved = resolve(undiciOptions, options, ['undiciStore']);
  if (!isStore(store)) refuse(['undiciStore', 'store'], 'a CacheStore of undici', store);
  return new RemoteStore(new UndiciBackend(store, resolved.valueLimitBytes), resolved);
}

function isStore(store: unknown): boolean {
  return (
    typeof store === 'object' &&
    store !== null &&
    'get' in store &&
    'createWriteStream' in store &&
    'delete' in store
  );
}

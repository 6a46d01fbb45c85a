import { fail, integer, knownKeys } from '../../../core/validate.ts';
import type { CacheStore } from '../contract.ts';
import { FRAME_OVERHEAD_BYTES } from '../remote/frame.ts';
import { keyPrefix, REMOTE_STORE_DEFAULTS, type RemoteStoreOptions } from '../remote/options.ts';
import { RemoteStore } from '../remote/remote-store.ts';
import { UndiciBackend, type UndiciCacheStore } from './undici-backend.ts';

/** Options of {@link undiciStore}. */
export type UndiciStoreOptions = RemoteStoreOptions;

/**
 * Keeps responses in a store made for undici's cache. Such stores have no compare-and-set: within this process writes are ordered, but
 * **processes that share one can undo each other's invalidations**. So it is for stores of one process, such as a file of its own.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 */
export function undiciStore(store: UndiciCacheStore, options: UndiciStoreOptions = {}): CacheStore {
  knownKeys('undiciStore', options, Object.keys(REMOTE_STORE_DEFAULTS));
  if (!isStore(store)) fail('undiciStore.store', 'a CacheStore of undici', store);
  const valueLimitBytes = integer(
    'undiciStore.valueLimitBytes',
    options.valueLimitBytes ?? REMOTE_STORE_DEFAULTS.valueLimitBytes,
    FRAME_OVERHEAD_BYTES,
  );
  return new RemoteStore(new UndiciBackend(store, valueLimitBytes), {
    prefix: keyPrefix('undiciStore.prefix', options.prefix ?? REMOTE_STORE_DEFAULTS.prefix),
    valueLimitBytes,
    now: options.now ?? REMOTE_STORE_DEFAULTS.now,
  });
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

import { fail, integer, knownKeys } from '../../../core/validate.ts';
import type { CacheStore } from '../contract.ts';
import type { Backend } from './backend.ts';
import { FRAME_OVERHEAD_BYTES } from './frame.ts';
import { keyPrefix, REMOTE_STORE_DEFAULTS, type RemoteStoreOptions } from './options.ts';
import { RemoteStore } from './remote-store.ts';

const OPERATIONS: readonly (keyof Backend)[] = [
  'read',
  'lease',
  'add',
  'replace',
  'splice',
  'remove',
  'close',
];

/**
 * Keeps responses wherever seven operations on single keys can be done, for all processes that use the same place and prefix. Variants, tags,
 * invalidation, damaged values and a place that hangs are taken care of.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 */
export function remoteStore(backend: Backend, options: RemoteStoreOptions = {}): CacheStore {
  knownKeys('remoteStore', options, Object.keys(REMOTE_STORE_DEFAULTS));
  if (typeof backend !== 'object' || (backend as Backend | null) === null)
    fail('remoteStore.backend', 'an object', backend);
  for (const name of OPERATIONS) {
    if (typeof backend[name] !== 'function') fail(`remoteStore.backend.${name}`, 'a function', backend[name]);
  }
  return new RemoteStore(backend, {
    prefix: keyPrefix('remoteStore.prefix', options.prefix ?? REMOTE_STORE_DEFAULTS.prefix),
    valueLimitBytes: integer(
      'remoteStore.valueLimitBytes',
      options.valueLimitBytes ?? REMOTE_STORE_DEFAULTS.valueLimitBytes,
      FRAME_OVERHEAD_BYTES,
    ),
    now: options.now ?? REMOTE_STORE_DEFAULTS.now,
  });
}

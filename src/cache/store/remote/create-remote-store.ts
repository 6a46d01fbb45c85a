import { refuse, resolve } from '../../../core/options.ts';
import { callable } from '../../../core/rules.ts';
import type { CacheStore } from '../contract.ts';
import type { Backend } from './backend.ts';
import { remoteStoreRule, type RemoteStoreOptions } from './options.ts';
import { RemoteStore } from './remote-store.ts';

const remoteOptions = remoteStoreRule();
const operation = callable();

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
 * @example
 * ```ts
 * import { createCache, remoteStore } from 'respite/cache';
 *
 * const cache = createCache({ store: remoteStore(backend) });
 * ```
 */
export function remoteStore(backend: Backend, options: RemoteStoreOptions = {}): CacheStore {
  const resolved = resolve(remoteOptions, options, ['remoteStore']);
  const path = ['remoteStore', 'backend'];
  if (typeof backend !== 'object' || (backend as Backend | null) === null) refuse(path, 'an object', backend);
  for (const name of OPERATIONS) resolve(operation, backend[name], [...path, name]);
  return new RemoteStore(backend, resolved);
}

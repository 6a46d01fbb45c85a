import {
  type Declaration,
  object,
  type OptionsOf,
  refuse,
  resolve,
  type Rule,
} from '../../../core/options.ts';
import { integer, milliseconds, text } from '../../../core/rules.ts';
import type { CacheStore } from '../contract.ts';
import type { Backend } from '../remote/backend.ts';
import { remoteStoreRule, type RemoteStoreOptions } from '../remote/options.ts';
import { RemoteStore } from '../remote/remote-store.ts';
import { ClientBackend, type MemcacheClient } from './client-backend.ts';
import { Connection } from './connection.ts';
import { MetaBackend } from './meta-backend.ts';

/** Where memcached listens, with every default filled in. */
interface ResolvedServer {
  /** Default `127.0.0.1`. */
  readonly host: string;
  /** Default 11211. */
  readonly port: number;
  /** A connection on which a reply takes longer is replaced by another, in milliseconds. Default 1000. */
  readonly timeoutMs: number;
}

/** Where memcached listens. Only `undefined` means default. */
export type MemcachedServer = OptionsOf<ResolvedServer>;

/** Options of {@link memcachedStore}. */
export interface MemcachedStoreOptions extends RemoteStoreOptions {
  /**
   * Largest value that is stored, fields and body together, in bytes. Default 1047552 (1 MiB less 1 KiB): memcached takes 1 MiB with
   * its own overhead. With `memcached -I 8m` it can be more.
   */
  readonly valueLimitBytes?: number | undefined;
}

const memcachedOptions = remoteStoreRule({
  byDefault: 1024 * 1023,
  // What memcached can be told to take.
  atMost: 1024 * 1024 * 1024,
});

const SERVER: Declaration<ResolvedServer> = Object.freeze({
  host: { rule: text(), byDefault: '127.0.0.1' },
  port: { rule: integer(1, 65_535), byDefault: 11_211 },
  timeoutMs: { rule: milliseconds(1), byDefault: 1000 },
});

const server: Rule<MemcachedServer, ResolvedServer> = object(SERVER);

/**
 * Keeps responses in memcached (1.6 or later), for all processes that use the same server and prefix. Connects by itself when it
 * is first used, or takes a client of the package memcache-client, which may have several servers.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { createCache, memcachedStore } from 'respite/cache';
 *
 * const cache = createCache({ store: memcachedStore({ host: 'cache.internal', port: 11_211 }) });
 * ```
 */
export function memcachedStore(
  where: MemcachedServer | MemcacheClient = {},
  options: MemcachedStoreOptions = {},
): CacheStore {
  const resolved = resolve(memcachedOptions, options, ['memcachedStore']);
  return new RemoteStore(backendOf(where, resolved.valueLimitBytes), resolved);
}

function backendOf(where: MemcachedServer | MemcacheClient, valueLimitBytes: number): Backend {
  const path = ['memcachedStore', 'server'];
  if (typeof where !== 'object' || where === null)
    refuse(path, 'a host and port, or a client of memcache-client', where);
  if ('gets' in where) return new ClientBackend(where);
  return new MetaBackend(new Connection({ ...resolve(server, where, path), valueLimitBytes }));
}

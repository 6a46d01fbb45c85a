import { fail, integer, knownKeys, text } from '../../../core/validate.ts';
import type { CacheStore } from '../contract.ts';
import { FRAME_OVERHEAD_BYTES } from '../remote/frame.ts';
import { keyPrefix, REMOTE_STORE_DEFAULTS, type RemoteStoreOptions } from '../remote/options.ts';
import { RemoteStore } from '../remote/remote-store.ts';
import { ClientBackend, type MemcacheClient } from './client-backend.ts';
import { Connection } from './connection.ts';
import { MetaBackend } from './meta-backend.ts';

/** Where memcached listens. */
export interface MemcachedServer {
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 11211. */
  readonly port?: number | undefined;
  /** A connection on which a reply takes longer is replaced by another, in milliseconds. Default 1000. */
  readonly timeoutMs?: number | undefined;
}

/** Options of {@link memcachedStore}. */
export interface MemcachedStoreOptions extends RemoteStoreOptions {
  /**
   * Largest value that is stored, fields and body together, in bytes. Default 1047552 (1 MiB less 1 KiB): memcached takes 1 MiB with
   * its own overhead. With `memcached -I 8m` it can be more.
   */
  readonly valueLimitBytes?: number | undefined;
}

const DEFAULTS = Object.freeze({ host: '127.0.0.1', port: 11_211, timeoutMs: 1000 });
const VALUE_LIMIT_BYTES = 1024 * 1023;

/**
 * Keeps responses in memcached (1.6 or later), for all processes that use the same server and prefix. Connects by itself when it
 * is first used, or takes a client of the package memcache-client, which may have several servers.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 */
export function memcachedStore(
  server: MemcachedServer | MemcacheClient = {},
  options: MemcachedStoreOptions = {},
): CacheStore {
  knownKeys('memcachedStore', options, Object.keys(REMOTE_STORE_DEFAULTS));
  const valueLimitBytes = integer(
    'memcachedStore.valueLimitBytes',
    options.valueLimitBytes ?? VALUE_LIMIT_BYTES,
    FRAME_OVERHEAD_BYTES,
    // What memcached can be told to take.
    1024 * 1024 * 1024,
  );
  const backend = isClient(server)
    ? new ClientBackend(server)
    : new MetaBackend(new Connection(resolveServer(server, valueLimitBytes)));
  return new RemoteStore(backend, {
    prefix: keyPrefix('memcachedStore.prefix', options.prefix ?? REMOTE_STORE_DEFAULTS.prefix),
    valueLimitBytes,
    now: options.now ?? REMOTE_STORE_DEFAULTS.now,
  });
}

function isClient(server: MemcachedServer | MemcacheClient): server is MemcacheClient {
  return typeof server === 'object' && server !== null && 'gets' in server;
}

function resolveServer(
  server: MemcachedServer,
  valueLimitBytes: number,
): ConstructorParameters<typeof Connection>[0] {
  if (typeof server !== 'object' || server === null)
    fail('memcachedStore.server', 'a host and port, or a client of memcache-client', server);
  knownKeys('memcachedStore.server', server, Object.keys(DEFAULTS));
  return {
    host: text('memcachedStore.server.host', server.host ?? DEFAULTS.host),
    port: integer('memcachedStore.server.port', server.port ?? DEFAULTS.port, 1, 65_535),
    timeoutMs: integer(
      'memcachedStore.server.timeoutMs',
      server.timeoutMs ?? DEFAULTS.timeoutMs,
      1,
      2_147_483_647,
    ),
    valueLimitBytes,
  };
}

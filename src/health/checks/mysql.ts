import type { Finding, HealthCheck, PeerOptions } from '../check.ts';
import { listen, peerOf, surviveErrors } from './client.ts';
import { useLease } from './lease.ts';
import { busyFinding, PoolProgress } from './pool-progress.ts';

/** A pool of `mysql2/promise`. */
export interface MysqlPool {
  /** Lends a connection, which the check gives back. */
  getConnection(): Promise<MysqlPoolConnection>;
}

/** What a pool of `mysql2/promise` lends. */
export interface MysqlPoolConnection {
  ping(): Promise<unknown>;
  release(): void;
  destroy(): void;
}

/** A connection of `mysql2/promise`. */
export interface MysqlConnection {
  /** Asks the server whether it is there. */
  ping(): Promise<unknown>;
}

/**
 * Pings MySQL or MariaDB. A connection of a pool that hangs is ended. A pool of which all connections are lent is up while they come
 * back, and its details say `busy`. A single connection does not connect again once it was cut: prefer a pool.
 *
 * @example
 * ```ts
 * import { createPool } from 'mysql2/promise';
 * import { health, mysql } from 'respite/health';
 *
 * health.add('mysql', { check: mysql(createPool('mysql://db.internal/shop')) });
 * ```
 */
export function mysql(client: MysqlPool | MysqlConnection, { peer }: PeerOptions = {}): HealthCheck {
  surviveErrors(client);
  if (!('getConnection' in client)) {
    return {
      peer: peerOf(peer, configOf(client)),
      local: false,
      run: async () => {
        await client.ping();
      },
    };
  }
  const lease = {
    acquire: async () => {
      const connection = await client.getConnection();
      surviveErrors(innerOf(connection));
      return connection;
    },
    release: (connection: MysqlPoolConnection) => connection.release(),
    destroy: (connection: MysqlPoolConnection) => {
      connection.destroy();
      cut(connection);
    },
  };
  const progress = new PoolProgress();
  const core = coreOf(client);
  let queued = 0;
  listen(core, 'enqueue', () => (queued += 1));
  listen(core, 'release', () => progress.happened());
  return {
    peer: peerOf(peer, configOf(client)),
    local: false,
    run: async (signal): Promise<Finding | void> => {
      const waiting = lengthOf(core._connectionQueue);
      // A connection that goes to the next in the queue is not told of.
      progress.sample(queued - waiting);
      if (isSaturated(core) && progress.isRecent) return busyFinding(waiting);
      await useLease(lease, signal, (connection) => connection.ping());
      progress.happened();
    },
  };
}

/** What mysql2 counts in its pool. Not part of its documented interface: without it, a busy pool is down. */
interface CorePool {
  readonly _allConnections?: unknown;
  readonly _freeConnections?: unknown;
  readonly _connectionQueue?: unknown;
  readonly config?: { readonly connectionLimit?: unknown };
}

function coreOf(pool: object): CorePool {
  const inner = 'pool' in pool ? pool.pool : undefined;
  return typeof inner === 'object' && inner !== null ? inner : pool;
}

/** Nothing is free, and nothing more may be opened. */
function isSaturated({ _allConnections, _freeConnections, config }: CorePool): boolean {
  const limit = Number(config?.connectionLimit);
  return limit > 0 && lengthOf(_allConnections) >= limit && lengthOf(_freeConnections) === 0;
}

function lengthOf(queue: unknown): number {
  const { length } = (queue ?? {}) as { readonly length?: unknown };
  return typeof length === 'number' ? length : Number.NaN;
}

/** mysql2 only ends its side when it destroys: towards a server that hangs the socket would stay. */
function cut(connection: object): void {
  (innerOf(connection) as { stream?: { destroy?: () => void } }).stream?.destroy?.();
}

/** mysql2/promise lends a new object around the same connection each time. */
function innerOf(connection: object): object {
  const inner = 'connection' in connection ? connection.connection : undefined;
  return typeof inner === 'object' && inner !== null ? inner : connection;
}

/** Where mysql2 keeps host and port: of a pool, and of a connection. */
function configOf(client: object): unknown {
  const inner = 'pool' in client ? client.pool : 'connection' in client ? client.connection : client;
  const config = (inner as { config?: { connectionConfig?: unknown } } | null)?.config;
  return config?.connectionConfig ?? config;
}

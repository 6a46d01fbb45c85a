import type { HealthCheck, PeerOptions } from '../check.ts';
import { peerOf, surviveErrors } from './client.ts';
import { useLease } from './lease.ts';

/** A pool of `mysql2/promise`. */
export interface MysqlPool {
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
  ping(): Promise<unknown>;
}

/**
 * Pings MySQL or MariaDB. A connection of a pool that hangs is ended. A single connection does not connect again once it was cut:
 * prefer a pool.
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
  return {
    peer: peerOf(peer, configOf(client)),
    local: false,
    run: async (signal) => {
      await useLease(lease, signal, (connection) => connection.ping());
    },
  };
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

import type { HealthCheck, PeerOptions } from '../check.ts';
import { peerOf, surviveErrors } from './client.ts';
import { useLease } from './lease.ts';

/** A `Pool` of `pg`. */
export interface PostgresPool {
  readonly totalCount: number;
  readonly options?: object | undefined;
  connect(): Promise<PostgresPoolClient>;
}

/** What a pool of `pg` lends. */
export interface PostgresPoolClient {
  query(text: string): Promise<unknown>;
  /** With an error or true, the connection is ended. */
  release(destroy?: Error | boolean): void;
}

/** A connected `Client` of `pg`. */
export interface PostgresClient {
  query(text: string): Promise<unknown>;
}

/**
 * Asks PostgreSQL for 1. A connection of a pool that hangs is ended. A single client does not connect again once it was cut: prefer
 * a pool.
 */
export function postgres(client: PostgresPool | PostgresClient, { peer }: PeerOptions = {}): HealthCheck {
  surviveErrors(client);
  if (!('totalCount' in client)) {
    return {
      peer: peerOf(peer, client),
      local: false,
      run: async () => {
        await client.query('SELECT 1');
      },
    };
  }
  const lease = {
    acquire: async () => {
      const connection = await client.connect();
      // The pool listens to those at rest only.
      surviveErrors(connection);
      return connection;
    },
    release: (connection: PostgresPoolClient) => connection.release(),
    destroy: (connection: PostgresPoolClient) => connection.release(true),
  };
  return {
    peer: peerOf(peer, client.options),
    local: false,
    run: async (signal) => {
      await useLease(lease, signal, (connection) => connection.query('SELECT 1'));
    },
  };
}

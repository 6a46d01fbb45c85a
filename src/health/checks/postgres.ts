import type { Finding, HealthCheck, PeerOptions } from '../check.ts';
import { listen, peerOf, surviveErrors } from './client.ts';
import { useLease } from './lease.ts';
import { busyFinding, PoolProgress } from './pool-progress.ts';

/** A `Pool` of `pg`. */
export interface PostgresPool {
  /** Connections of the pool. */
  readonly totalCount: number;
  /** Idle connections. */
  readonly idleCount?: number | undefined;
  /** Callers that wait for a connection. */
  readonly waitingCount?: number | undefined;
  /** The pool's options: host, port and size. */
  readonly options?: object | undefined;
  /** Makes a connection beside the pool's. */
  readonly Client?: (new (options: never) => object) | undefined;
  /** Lends a connection, which the check gives back. */
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
  /** Runs a statement. */
  query(text: string): Promise<unknown>;
}

/** A client of `pg` that is made for one question. */
interface OwnClient {
  connect(): Promise<unknown>;
  query(text: string): Promise<unknown>;
  end(): Promise<unknown>;
  readonly connection?: { readonly stream?: { destroy(): unknown } };
}

/** PostgreSQL's `too_many_connections`: it is there, and says so. */
const TOO_MANY_CONNECTIONS = '53300';

/**
 * Asks PostgreSQL for 1. A connection of a pool that hangs is ended. While all connections of a pool are lent, one beside the pool
 * asks: a busy pool is up, and its details say `busy`. A single client does not connect again once it was cut: prefer a pool.
 *
 * @example
 * ```ts
 * import pg from 'pg';
 * import { health, postgres } from 'respite/health';
 *
 * health.add('postgres', { check: postgres(new pg.Pool({ host: 'db.internal' })) });
 * ```
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
  const progress = new PoolProgress();
  listen(client, 'release', (error: unknown) => {
    if (error === undefined || error === null || error === false) progress.happened();
  });
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
    peer: peerOf(peer, client.options, addressIn(client.options)),
    local: false,
    run: async (signal): Promise<Finding | void> => {
      const waiting = client.waitingCount ?? 0;
      progress.sample(-waiting);
      if (isSaturated(client)) {
        if (client.Client !== undefined) {
          await askBeside(new client.Client(client.options as never) as OwnClient, signal);
          return busyFinding(waiting);
        }
        if (progress.isRecent) return busyFinding(waiting);
      }
      await useLease(lease, signal, (connection) => connection.query('SELECT 1'));
      progress.happened();
    },
  };
}

/** Nothing is free, and nothing more may be opened: a caller that asks for a connection waits. */
function isSaturated({ totalCount, idleCount, waitingCount = 0, options }: PostgresPool): boolean {
  const max = options !== undefined && 'max' in options ? Number(options.max) : Number.NaN;
  return idleCount === 0 && (waitingCount > 0 || totalCount >= max);
}

async function askBeside(client: OwnClient, signal: AbortSignal): Promise<void> {
  surviveErrors(client);
  const cut = (): void => {
    client.connection?.stream?.destroy();
  };
  signal.addEventListener('abort', cut, { once: true });
  try {
    await client.connect();
    await client.query('SELECT 1');
    await client.end();
  } catch (error) {
    cut();
    if (!(error instanceof Error && 'code' in error && error.code === TOO_MANY_CONNECTIONS)) throw error;
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

/** Host and port of a pool that was made by `connectionString`. */
function addressIn(options: object | undefined): { host: string; port: string } | undefined {
  const text = options !== undefined && 'connectionString' in options ? options.connectionString : undefined;
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const { hostname, port } = new URL(text);
  return { host: hostname, port: port === '' ? '5432' : port };
}

import type { Finding, HealthCheck, PeerOptions } from '../check.ts';
import { listen, peerOf, surviveErrors } from './client.ts';
import { busyFinding, PoolProgress } from './pool-progress.ts';

/** A `MongoClient` of `mongodb`; of Mongoose, `connection.getClient()`. */
export interface MongodbClient {
  /** A database, to which `ping` is sent. */
  db(name?: string): { command(command: { readonly ping: 1 }): Promise<unknown> };
  /** The client's options: hosts and size of the pool. */
  readonly options?: object | undefined;
}

/**
 * Pings MongoDB. A pool of which all connections are lent is up while they come back, and its details say `busy`. A driver that
 * finds no server waits for one for `serverSelectionTimeoutMS`, 30 s by default; the check is down at its own time-out.
 *
 * @example
 * ```ts
 * import { MongoClient } from 'mongodb';
 * import { health, mongodb } from 'respite/health';
 *
 * health.add('mongodb', { check: mongodb(new MongoClient('mongodb://mongo-1:27017')) });
 * ```
 */
export function mongodb(client: MongodbClient, { peer }: PeerOptions = {}): HealthCheck {
  surviveErrors(client);
  const { maxPoolSize, hosts } = (client.options ?? {}) as { maxPoolSize?: unknown; hosts?: unknown };
  const lent = new LentConnections(client, Number(maxPoolSize));
  return {
    peer: peerOf(peer, ...(Array.isArray(hosts) ? hosts : [])),
    local: false,
    run: async (): Promise<Finding | void> => {
      if (lent.isSaturated && lent.progress.isRecent) return busyFinding(lent.waiting);
      await client.db('admin').command({ ping: 1 });
      lent.progress.happened();
    },
  };
}

/** What the driver's pools tell of their connections; each server has a pool. */
class LentConnections {
  readonly progress = new PoolProgress();
  readonly #max: number;
  readonly #lent = new Map<string, number>();
  waiting = 0;

  constructor(client: object, max: number) {
    this.#max = max;
    const count = (event: unknown, by: 1 | -1): void => {
      const address = String((event as { address?: unknown } | undefined)?.address);
      this.#lent.set(address, Math.max(0, (this.#lent.get(address) ?? 0) + by));
    };
    const served = (): void => {
      this.waiting = Math.max(0, this.waiting - 1);
    };
    listen(client, 'connectionCheckOutStarted', () => (this.waiting += 1));
    listen(client, 'connectionCheckOutFailed', served);
    listen(client, 'connectionCheckedOut', (event) => {
      served();
      count(event, 1);
    });
    listen(client, 'connectionCheckedIn', (event) => {
      count(event, -1);
      this.progress.happened();
    });
    // A server that is gone has lent nothing any more.
    listen(client, 'connectionPoolCleared', () => this.#lent.clear());
    listen(client, 'connectionPoolClosed', () => this.#lent.clear());
  }

  /** The pool of a server has lent all that it may. */
  get isSaturated(): boolean {
    return this.#max > 0 && [...this.#lent.values()].some((lent) => lent >= this.#max);
  }
}

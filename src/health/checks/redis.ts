import type { HealthCheck, PeerOptions } from '../check.ts';
import { peerOf, surviveErrors } from './client.ts';

/** A client of `ioredis`, `iovalkey` or `redis` (node-redis). */
export interface RedisClient {
  /** Asks the server whether it is there. */
  ping(): Promise<unknown>;
  /** Of ioredis: `ready` when it is connected, `wait` before it was asked for anything, and other words. */
  readonly status?: string | undefined;
  /** Of node-redis. */
  readonly isReady?: boolean | undefined;
  /** The client's options: host and port. */
  readonly options?: object | undefined;
}

/**
 * Pings Redis or Valkey. A client that has lost its connection is down at once: a command would wait in its queue. While it
 * connects for the first time it is waited for.
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { health, redis } from 'respite/health';
 *
 * health.add('redis', { check: redis(new Redis('redis://cache.internal')) });
 * ```
 */
export function redis(client: RedisClient, { peer }: PeerOptions = {}): HealthCheck {
  const lastError = surviveErrors(client);
  const { options } = client;
  const socket = options !== undefined && 'socket' in options ? options.socket : undefined;
  let wasConnected = false;
  return {
    peer: peerOf(peer, options, socket),
    local: false,
    run: async () => {
      if (wasConnected && !isConnected(client)) {
        throw new Error('the client is not connected', { cause: lastError() });
      }
      await client.ping();
      wasConnected = true;
    },
  };
}

/** A client that says nothing of it is taken to be. */
function isConnected({ status, isReady }: RedisClient): boolean {
  return isReady !== false && (status === undefined || status === 'ready' || status === 'wait');
}

import type { HealthCheck, PeerOptions } from '../check.ts';
import { peerOf, surviveErrors } from './client.ts';

/** A client of `ioredis`, `iovalkey` or `redis` (node-redis). */
export interface RedisClient {
  ping(): Promise<unknown>;
  /** Of ioredis: `ready` when it is connected, `wait` before it was asked for anything. */
  readonly status?: string | undefined;
  /** Of node-redis. */
  readonly isReady?: boolean | undefined;
  readonly options?: object | undefined;
}

/** Pings Redis or Valkey. A client that is not connected is down at once: a command would wait in its queue. */
export function redis(client: RedisClient, { peer }: PeerOptions = {}): HealthCheck {
  surviveErrors(client);
  const { options } = client;
  const socket = options !== undefined && 'socket' in options ? options.socket : undefined;
  return {
    peer: peerOf(peer, options, socket),
    local: false,
    run: async () => {
      const state = stateOf(client);
      if (state !== undefined) throw new Error(`the client is not connected (${state})`);
      await client.ping();
    },
  };
}

/** What keeps the client from asking; undefined when nothing does. */
function stateOf({ status, isReady }: RedisClient): string | undefined {
  if (isReady === false) return 'not ready';
  return status === undefined || status === 'ready' || status === 'wait' ? undefined : status;
}

import type { Finding, HealthCheck, PeerOptions } from '../check.ts';
import { type Address, showAddress, talkTo } from './connection.ts';

/** A client that can ask for the server's version. */
export interface MemcachedClient {
  /** Asks the server for its version. */
  version(): Promise<unknown>;
}

/**
 * Asks memcached for its version, on a connection of its own, or through a client.
 *
 * @example
 * ```ts
 * import { health, memcached } from 'respite/health';
 *
 * health.add('memcached', { check: memcached({ host: 'cache.internal', port: 11_211 }) });
 * ```
 */
export function memcached(server: Address | MemcachedClient, { peer }: PeerOptions = {}): HealthCheck {
  if ('version' in server) {
    return {
      peer,
      local: false,
      run: async () => {
        await server.version();
      },
    };
  }
  return {
    peer: peer ?? showAddress(server),
    local: false,
    run: async (signal) =>
      talkTo(server, signal, async ({ lines }): Promise<Finding> => {
        lines.write('version');
        const answer = await lines.read();
        const version = /^VERSION (\S+)/.exec(answer)?.[1];
        if (version === undefined) throw new Error(`not memcached's answer: ${JSON.stringify(answer)}`);
        return { details: { version } };
      }),
  };
}

import type net from 'node:net';
import type { Lease } from './lease.ts';

type Listener = (...args: unknown[]) => void;

/**
 * Holds every request in front of the script's own code, as a pool without a free connection does: the event loop is idle, and no request
 * is answered. When the lease ends, the script gets the requests whose clients still wait.
 */
export function holdRequests(lease: Lease, servers: Iterable<net.Server>): void {
  for (const server of servers) {
    const own = server.rawListeners('request') as Listener[];
    if (own.length === 0) continue;
    const held: unknown[][] = [];
    const hold = (...args: unknown[]): void => void held.push(args);
    server.removeAllListeners('request');
    server.on('request', hold);
    lease.whenOver(() => {
      server.off('request', hold);
      for (const listener of own) server.on('request', listener);
      for (const [request, response] of held.splice(0)) {
        const { destroyed } = response as { readonly destroyed: boolean };
        if (!destroyed) for (const listener of own) Reflect.apply(listener, server, [request, response]);
      }
    });
  }
}

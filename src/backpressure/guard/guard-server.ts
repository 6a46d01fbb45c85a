import type { Server } from 'node:net';
import { refuse } from '../../core/options.ts';
import { isServer } from '../is-server.ts';
import { Guard } from './guard.ts';
import { type GuardOptions, resolveGuardOptions } from './options.ts';

/** Ends the guard; connections are left as they are. */
export interface ServerGuard {
  /** Ends the guard. Connections stay open, and are no longer watched. */
  stop(): void;
}

/**
 * Bounds what the connections of a server hold whose code writes without looking at what `write()` returns: of net, tls, http,
 * https or http2, WebSockets and other upgraded connections included. When the budget needs room, the connection that holds most, or
 * has been blocked longest, is cut; code that does not ask cannot be made to wait. Call it before the server listens.
 *
 * Where the code is yours, a channel is better (`createChannel`): it lets you wait, and loses no client.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for a bad option.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createWriteBudget, guardServer } from 'respite/backpressure';
 *
 * const server = createServer(handler);
 * guardServer(server, { budget: createWriteBudget({ limitBytes: 64 * 1024 * 1024 }) });
 * server.listen(3000);
 * ```
 */
export function guardServer(server: Server, options: GuardOptions): ServerGuard {
  if (!isServer(server)) refuse(['guardServer', 'server'], 'a server of node:net or node:http', server);
  const guard = new Guard(resolveGuardOptions(options));
  const listeners = listenersFor(server, guard);
  for (const [event, listener] of listeners) server.prependListener(event, listener);
  return {
    stop() {
      for (const [event, listener] of listeners) server.off(event, listener);
      guard.stop();
    },
  };
}

type Listener = (...given: unknown[]) => void;

/** Listeners of `upgrade` and `connect` are no way to see these: Node.js answers such requests otherwise once there is one. */
function listenersFor(server: Server, guard: Guard): readonly (readonly [string, Listener])[] {
  const connected = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  const isHttp2 = 'updateSettings' in server;
  if (!isHttp2 && !('headersTimeout' in server)) return [[connected, guard.onSocket as Listener]];
  const listeners: (readonly [string, Listener])[] = [['request', guard.onRequest as Listener]];
  if (isHttp2) listeners.push(['stream', guard.onStream as Listener]);
  // With TLS, HTTP/1 comes over the same port (allowHTTP1).
  if (!isHttp2 || connected === 'secureConnection') {
    listeners.push([connected, guard.onHttpSocket as Listener]);
  }
  return listeners;
}

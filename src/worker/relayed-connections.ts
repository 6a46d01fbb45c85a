import type { Server, Socket } from 'node:net';

/**
 * Connections that one server has accepted and another, of HTTP, serves: `httpServer.emit('connection', socket)`. Proxies that look at the
 * first bytes (HTTP or TLS on one port) do that. The HTTP server may never listen, and Node.js counts no connection of it.
 */
export class RelayedConnections {
  readonly #onRelay: (server: Server, listening: unknown) => void;
  readonly #open = new Set<object>();
  readonly #met = new WeakSet<object>();

  /** @param onRelay A server gets its first connection of another one. */
  constructor(onRelay: (server: Server, listening: unknown) => void) {
    this.#onRelay = onRelay;
  }

  /** Those that are open. */
  get count(): number {
    return this.#open.size;
  }

  /** An HTTP server gets a connection. */
  accepted(server: Server, socket: Socket): void {
    // What accepted it, as Node.js notes it without documenting (lib/net.js): `socket.server` becomes the server that serves it.
    const { _server: listening } = socket as { readonly _server?: Server | null };
    if (listening === server || typeof socket.once !== 'function') return;
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    if (this.#met.has(server)) return;
    this.#met.add(server);
    this.#onRelay(server, listening);
  }
}

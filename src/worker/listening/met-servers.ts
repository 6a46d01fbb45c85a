import type net from 'node:net';

/** The servers of this process that have ever been to listen. */
export class MetServers {
  /** Those that listen, or still have connections. */
  readonly open: Set<net.Server> = new Set<net.Server>();
  readonly #met = new WeakSet<net.Server>();
  readonly #onServer: (server: net.Server) => void;

  /** @param onServer Called before a server listens for the first time. */
  constructor(onServer: (server: net.Server) => void) {
    this.#onServer = onServer;
  }

  meet(server: net.Server): void {
    this.open.add(server);
    if (this.#met.has(server)) return;
    this.#met.add(server);
    server.on('close', () => this.open.delete(server));
    this.#onServer(server);
  }
}

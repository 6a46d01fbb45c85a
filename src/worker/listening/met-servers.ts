import type net from 'node:net';

/** The servers of this process that have ever been to listen. */
export class MetServers {
  /** Those that listen, or still have connections. */
  readonly open: Set<net.Server> = new Set<net.Server>();
  readonly #met = new WeakSet<net.Server>();
  readonly #onServer: (server: net.Server) => void;
  #hasAccepted = false;

  /** @param onServer Called before a server listens for the first time. */
  constructor(onServer: (server: net.Server) => void) {
    this.#onServer = onServer;
  }

  /** Any of them has accepted a connection. */
  get hasAccepted(): boolean {
    return this.#hasAccepted;
  }

  meet(server: net.Server): void {
    this.open.add(server);
    if (this.#met.has(server)) return;
    this.#met.add(server);
    // First, because the script's own listener may open the next server.
    if (!this.#hasAccepted) server.prependOnceListener('connection', () => (this.#hasAccepted = true));
    server.on('close', () => this.open.delete(server));
    this.#onServer(server);
  }
}

import net, { type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { Link } from './link.ts';
import { type Direction, type Toxic, Toxics } from './toxics.ts';

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
}

export interface ProxyOptions {
  /** Where connections lead. */
  readonly to: ProxyAddress;
  /** Default: a free port of 127.0.0.1. */
  readonly listen?: Partial<ProxyAddress> | undefined;
  /** Gives numbers from 0 to 1, for jitter and slices. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** A TCP proxy between a client and its server that can behave like a bad network. */
export class TcpProxy {
  readonly #options: ProxyOptions;
  readonly #toxics: Readonly<Record<Direction, Toxics>> = {
    upstream: new Toxics(),
    downstream: new Toxics(),
  };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(options: ProxyOptions) {
    this.#options = options;
  }

  /** Begins to listen. @returns The port. */
  async start(): Promise<number> {
    const { listen = {} } = this.#options;
    const server = net.createServer({ allowHalfOpen: true }, (client) => this.#connect(client));
    this.#server = server;
    server.listen({ host: listen.host ?? '127.0.0.1', port: this.#port || (listen.port ?? 0) });
    await once(server, 'listening');
    this.#port = (server.address() as { readonly port: number }).port;
    return this.#port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Makes the network bad, for open connections too. @param direction Default: back to the client. */
  async add(toxic: Toxic, direction: Direction = 'downstream'): Promise<void> {
    this.#toxics[direction].add(toxic);
    if (toxic.kind === 'down') await this.#stop();
  }

  /** Makes the network good again. */
  async clear(): Promise<void> {
    for (const toxics of Object.values(this.#toxics)) toxics.clear();
    if (this.#server === undefined) await this.start();
  }

  /** Closes everything. */
  async close(): Promise<void> {
    await this.#stop();
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = server && new Promise<void>((resolve) => void server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #connect(client: Socket): void {
    const { to, random = Math.random } = this.#options;
    const server = net.connect({ ...to, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // Whatever ends one side, the other one sees it.
      socket.on('error', () => other.destroy());
      socket.once('close', (failed) => {
        this.#sockets.delete(socket);
        if (failed || !other.writable) other.destroy();
      });
    }
    void new Link(client, server, this.#toxics.upstream, random).run();
    void new Link(server, client, this.#toxics.downstream, random).run();
  }
}

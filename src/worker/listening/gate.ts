import type { TcpHandle } from '../handles.ts';
import type { Held } from './shared-listening.ts';

/**
 * Keeps one listening handle from serving until it is opened. A copy of a held socket does not accept at all: its connections wait in the
 * kernel, for this worker or for another one. A socket that this worker has bound itself accepts already, since that is how Node.js
 * finds out whether the port is free; nobody else could serve its connections, so they wait here, and nothing is read from them.
 */
export class Gate implements Held {
  readonly #handle: TcpHandle;
  readonly #most: number;
  readonly #listen: TcpHandle['listen'];
  /** Undefined when it is open. */
  #held: { readonly status: number; readonly client: unknown }[] | undefined = [];
  #onConnection: TcpHandle['onconnection'];
  /** A handle that does not accept keeps no process alive; a server that listens does. */
  readonly #keepAlive = setInterval(() => {}, 2 ** 30);

  /** @param most Maximum number of connections that wait here; more are closed. */
  constructor(handle: TcpHandle, most: number) {
    this.#handle = handle;
    this.#most = most;
    this.#listen = handle.listen.bind(handle);
    this.#onConnection = handle.onconnection;
    handle.listen = () => 0;
    Object.defineProperty(handle, 'onconnection', {
      configurable: true,
      enumerable: true,
      get: () => (this.#held === undefined ? this.#onConnection : this.#hold),
      set: (listener: TcpHandle['onconnection']) => {
        this.#onConnection = listener;
      },
    });
  }

  get listener(): TcpHandle['onconnection'] {
    return this.#onConnection;
  }

  ref(): void {
    this.#keepAlive.ref();
  }

  unref(): void {
    this.#keepAlive.unref();
  }

  /** Accepts from now on. @param backlog As the user's `listen()` has it. */
  open(backlog: number): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    clearInterval(this.#keepAlive);
    this.#handle.listen = this.#listen;
    this.#listen(backlog);
    for (const { status, client } of held) this.#handle.onconnection?.(status, client);
  }

  /** The worker ends: what waits here is closed. */
  close(): void {
    for (const { client } of this.#held ?? []) (client as TcpHandle | undefined)?.close();
    this.#held = [];
    clearInterval(this.#keepAlive);
  }

  readonly #hold = (status: number, client: unknown): void => {
    if (this.#held !== undefined && this.#held.length < this.#most) this.#held.push({ status, client });
    else (client as TcpHandle | undefined)?.close();
  };
}

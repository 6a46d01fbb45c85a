import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConnectionHandle, TcpHandle } from '../handles.ts';
import type { BoundAddress } from '../protocol.ts';

/** What stands before the first handle while its server must not accept, and after that keeps the process alive if that handle can't. */
export interface Held {
  /** What connections are given to once it is open, where the handle's `onconnection` is something else until then. */
  readonly listener?: TcpHandle['onconnection'];
  ref(): void;
  unref(): void;
  /** Accepts from now on. @param backlog As the user's `listen()` has it. */
  open(backlog: number): void;
  /** The server is closed. */
  close(): void;
}

/** @returns Whether the connection goes elsewhere. @param serve Serves it here after all. */
type Divert = (connection: ConnectionHandle, serve: () => void) => boolean;

/**
 * One listening server that accepts from many copies of its socket. libuv accepts one connection per handle and turn of
 * the event loop, so a busy loop with one handle starves its accept queue; see docs/design/listening.md.
 *
 * The first handle is the server's own `_handle`; its methods are taken over so that whatever Node.js or the user does
 * with the server happens to every copy. To the user there is one handle: it alone keeps the process alive and is listed among its active
 * resources, and every connection has the asynchronous context in which `listen()` was called.
 */
export class SharedListening {
  readonly #first: TcpHandle;
  readonly #backlog: number;
  readonly #copies = new Set<TcpHandle>();
  readonly #onClosedByUser: () => void;
  readonly #closeFirst: TcpHandle['close'];
  /** That of `listen()`, as the first handle has it: copies come over the channel to the supervisor, and have that one's. */
  readonly #inContext = AsyncLocalStorage.snapshot();
  readonly #deliver = (status: number, client: unknown): void => this.#first.onconnection?.(status, client);
  #state: 'accepting' | 'paused' | 'closed' = 'accepting';
  /** Closed while this server may not accept yet. */
  readonly #gate: Held | undefined;
  #isOpen: boolean;
  /** What Node.js does with a connection. Undefined where nothing is diverted: it is the handle's own. */
  #listener: TcpHandle['onconnection'];

  /**
   * @param gate Of `first`, while its server may not accept yet; see {@link open}.
   * @param divert Takes connections that another worker is to serve.
   */
  constructor(first: TcpHandle, backlog: number, onClosedByUser: () => void, gate?: Held, divert?: Divert) {
    this.#first = first;
    this.#backlog = backlog;
    this.#onClosedByUser = onClosedByUser;
    this.#gate = gate;
    this.#isOpen = gate === undefined;
    // `server.unref()` may come before `listen()`.
    if (!first.hasRef()) gate?.unref();
    if (divert !== undefined) this.#divertBy(divert);
    const { ref, unref } = first;
    this.#closeFirst = first.close.bind(first);
    first.close = (callback) => this.#close(callback);
    first.ref = () => {
      this.#gate?.ref();
      ref.call(first);
    };
    first.unref = () => {
      this.#gate?.unref();
      unref.call(first);
    };
  }

  /** The copies that it accepts from, and the first. */
  get handles(): number {
    return 1 + this.#copies.size;
  }

  /** Serves a connection that another worker has accepted. */
  serve(connection: unknown): void {
    this.#inContext(() => this.#listener?.call(this.#first, 0, connection));
  }

  /** Accepts from one more copy, as far as the server still accepts. */
  add(copy: TcpHandle): void {
    if (this.#state !== 'accepting') {
      copy.close();
      return;
    }
    copy.onconnection = (status, client) => this.#inContext(this.#deliver, status, client);
    if (this.#isOpen && copy.listen(this.#backlog) !== 0) {
      copy.close();
      return;
    }
    copy.unref();
    this.#copies.add(copy);
  }

  /** Accepts from now on, if that was still to come. */
  open(): void {
    if (this.#isOpen || this.#state !== 'accepting') return;
    this.#isOpen = true;
    const isReferenced = this.#first.hasRef();
    for (const copy of this.#copies) {
      // Its descriptor is open, so only memory can be lacking: the others accept.
      if (copy.listen(this.#backlog) === 0) copy.unref();
      else if (this.#copies.delete(copy)) copy.close();
    }
    this.#inContext(() => this.#gate?.open(this.#backlog));
    // Listening refers to each handle anew.
    if (!isReferenced) this.#first.unref();
  }

  /** Stops accepting for good, while for the user the server goes on listening until the user closes it. */
  pause(): void {
    if (this.#state !== 'accepting') return;
    this.#state = 'paused';
    const bound: Partial<BoundAddress> = {};
    const status = this.#first.getsockname?.(bound);
    if (status !== undefined) {
      this.#first.getsockname = (out) => {
        Object.assign(out, bound);
        return status;
      };
    }
    this.#closeAll();
  }

  #divertBy(divert: Divert): void {
    const first = this.#first;
    const listener = this.#gate?.listener ?? first.onconnection;
    this.#listener = listener;
    first.onconnection = (status, client) => {
      const serve = (): void => this.#inContext(() => listener?.call(first, status, client));
      if (status !== 0 || !divert(client as ConnectionHandle, serve)) serve();
    };
  }

  #close(callback?: () => void): void {
    if (this.#state === 'accepting') {
      this.#closeAll(callback);
      this.#onClosedByUser();
    } else if (callback !== undefined) {
      setImmediate(callback);
    }
    this.#state = 'closed';
  }

  #closeAll(callback?: () => void): void {
    this.#gate?.close();
    for (const copy of this.#copies) copy.close();
    this.#copies.clear();
    this.#closeFirst(callback);
  }
}

/** Connections that a turn of the event loop accepts from the socket that has most copies; without a socket there is no telling. */
export function acceptsPerTurnOf(own: Iterable<{ readonly shared: SharedListening }>): number {
  let most = 0;
  for (const { shared } of own) most = Math.max(most, shared.handles);
  return most === 0 ? Infinity : most;
}

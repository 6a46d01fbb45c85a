import type { Writable } from 'node:stream';
import type { Chunk } from './chunks.ts';
import { isDoneOnceWritten } from './memory-users.ts';
import { type Closing, whenClosed } from './peer-gone.ts';
import { resetAndDestroy, type Resettable } from './reset.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** What sockets of node:net and node:tls have beyond a stream. The handle is not public; all of it may be missing. */
interface SocketParts extends Partial<Closing>, Resettable {
  readonly _handle?: { readonly fd?: number; readonly writeQueueSize?: number } | null;
  /** The socket below a TLS socket. */
  readonly _parent?: SocketParts | null;
  /** The socket of a response of node:http; null while a response before it is not finished. */
  readonly socket?: SocketParts | null;
  readonly req?: { readonly socket?: SocketParts | null };
  readonly readableFlowing?: boolean | null;
  pause?(): unknown;
  resume?(): unknown;
}

/** Where bytes are written: the stream, or what stands before it, such as a response of HTTP/2 that middleware has wrapped. */
interface WritingEnd {
  write(chunk: Chunk | undefined, onWritten?: (error?: Error | null) => void): unknown;
  end(): unknown;
  cork(): void;
  uncork(): void;
  on(event: 'drain', listener: () => void): unknown;
}

/** Sends over a socket of node:net or node:tls, or any other writable stream, such as a response. */
export class StreamTransport implements Transport {
  readonly joins = true;
  readonly releases: boolean;
  readonly #stream: Writable & SocketParts;
  readonly #end: WritingEnd;
  readonly #events: TransportEvents;
  /** Middleware has put its own `write` in place: it may buffer by itself, and drop the callback. */
  readonly #isWrapped: boolean;
  /** Callbacks come in the order of the slices, also for those that were taken at once. */
  #sent = 0;
  #confirmed = 0;
  #isWaiting = false;
  #listensForDrain = false;

  /** @param end Where to write, if not to the stream itself. */
  constructor(stream: Writable & SocketParts, events: TransportEvents, end: WritingEnd = stream) {
    this.#stream = stream;
    this.#end = end;
    this.#events = events;
    this.#isWrapped = isWrapped(end);
    this.releases = !this.#isWrapped && isDoneOnceWritten(stream);
    stream.on('close', () => {
      events.onClosed();
    });
    if ('aborted' in stream) {
      // An HTTP/2 stream that its peer has reset stays open on Node.js 24 as long as a write to it is under way: for good.
      stream.once('aborted', () => {
        events.onClosed();
        stream.destroy();
      });
    }
    this.#watchConnection();
  }

  /** The TCP socket below HTTP and TLS, or the stream itself. */
  get #raw(): SocketParts {
    const socket = this.#stream.socket ?? this.#stream.req?.socket ?? this.#stream;
    return socket._parent ?? socket;
  }

  get isOpen(): boolean {
    const stream = this.#stream;
    // `writable` of a response is true whatever has happened to its client.
    if (!stream.writable || stream.destroyed || stream.writableEnded) return false;
    return this.#connection?.destroyed !== true;
  }

  /** The connection of a response of HTTP/1, also while it waits for those before it. */
  get #connection(): SocketParts | null | undefined {
    return this.#stream.socket ?? this.#stream.req?.socket;
  }

  get unsentBytes(): number {
    return this.#raw._handle?.writeQueueSize ?? NaN;
  }

  get fd(): number {
    return this.#raw._handle?.fd ?? -1;
  }

  send(chunks: readonly Chunk[]): boolean {
    const end = this.#end;
    const last = chunks.length - 1;
    this.#sent += 1;
    if (last > 0) end.cork();
    for (let i = 0; i < last; i += 1) end.write(chunks[i]);
    const hasRoom = end.write(chunks[last], this.#onWritten);
    if (last > 0) end.uncork();
    // The stream hands a slice to the kernel before write() or uncork() returns; what the kernel has not taken stays counted.
    if (this.#isWrapped ? this.#isAccepted(hasRoom) : this.#stream.writableLength === 0) return true;
    this.#isWaiting = true;
    if (!this.#listensForDrain) {
      this.#listensForDrain = true;
      end.on('drain', this.#onDrain);
    }
    return false;
  }

  end(): void {
    this.#end.end();
  }

  destroy(): void {
    resetAndDestroy(this.#stream, this.#raw);
  }

  pause(): boolean {
    if (this.#stream.readableFlowing !== true) return false;
    this.#stream.pause?.();
    return true;
  }

  resume(): void {
    this.#stream.resume?.();
  }

  /** A wrapped `write()` says by what it returns whether it has room; not all wrappers return anything. */
  #isAccepted(hasRoom: unknown): boolean {
    const { writableLength, writableHighWaterMark } = this.#stream;
    return typeof hasRoom === 'boolean' ? hasRoom : writableLength < writableHighWaterMark;
  }

  /**
   * A response that waits for others before it has no socket yet; Node.js before April 2026 never closes it when the
   * connection does.
   */
  #watchConnection(): void {
    const { socket, req } = this.#stream;
    const connection = req?.socket;
    if (socket !== null || connection?.once === undefined) return;
    const off = whenClosed(connection as Closing, () => this.#events.onClosed());
    this.#stream.once('close', off);
  }

  readonly #onWritten = (error?: Error | null): void => {
    this.#confirmed += 1;
    if (error !== undefined && error !== null) {
      this.#isWaiting = false;
      this.#events.onClosed(error);
    } else if (this.#confirmed === this.#sent) this.#taken();
  };

  /** The stream has room again: what says so where a wrapper has dropped the callback. */
  readonly #onDrain = (): void => {
    if (this.#isWrapped || this.#stream.writableLength === 0) this.#taken();
  };

  #taken(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#events.onTaken();
  }
}

/** Middleware has put a `write` of its own in place, on the object itself. */
export function isWrapped(end: object): boolean {
  return Object.hasOwn(end, 'write');
}

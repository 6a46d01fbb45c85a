import type { Writable } from 'node:stream';
import type { Transport, TransportEvents } from './transport.ts';
import type { Chunk } from './write-queue.ts';

/** What sockets of node:net and node:tls have beyond a stream. The handle is not public; all of it may be missing. */
interface SocketParts {
  readonly _handle?: { readonly fd?: number; readonly writeQueueSize?: number } | null;
  /** Of a TLS socket, the one below. */
  readonly _parent?: SocketParts | null;
  /** Of a response of node:http, the one that it goes to; null while a response before it is not finished. */
  readonly socket?: SocketParts | null;
  readonly req?: { readonly socket?: SocketParts | null };
  readonly readableFlowing?: boolean | null;
  resetAndDestroy?(): unknown;
  pause?(): unknown;
  resume?(): unknown;
}

/** Sends over a socket of node:net or node:tls, or any other writable stream, such as a response. */
export class StreamTransport implements Transport {
  readonly joins = true;
  readonly #stream: Writable & SocketParts;
  readonly #events: TransportEvents;
  /** Callbacks come in the order of the slices, also for those that were taken at once. */
  #sent = 0;
  #confirmed = 0;
  #isWaiting = false;

  constructor(stream: Writable & SocketParts, events: TransportEvents) {
    this.#stream = stream;
    this.#events = events;
    stream.on('close', () => {
      events.onClosed();
    });
    if (!('aborted' in stream)) return;
    // An HTTP/2 stream that its peer has reset stays open on Node.js 24 as long as a write to it is under way: for good.
    stream.once('aborted', () => {
      events.onClosed();
      stream.destroy();
    });
  }

  /** The TCP socket below HTTP and TLS, or the stream itself. */
  get #raw(): SocketParts {
    const socket = this.#stream.socket ?? this.#stream.req?.socket ?? this.#stream;
    return socket._parent ?? socket;
  }

  get isOpen(): boolean {
    return this.#stream.writable;
  }

  get unsentBytes(): number {
    return this.#raw._handle?.writeQueueSize ?? NaN;
  }

  get fd(): number {
    return this.#raw._handle?.fd ?? -1;
  }

  send(chunks: readonly Chunk[]): boolean {
    const stream = this.#stream;
    const last = chunks.length - 1;
    this.#sent += 1;
    if (last > 0) stream.cork();
    for (let i = 0; i < last; i += 1) stream.write(chunks[i]);
    stream.write(chunks[last], this.#onWritten);
    if (last > 0) stream.uncork();
    // The stream hands a slice to the kernel before write() or uncork() returns; what the kernel has not taken stays counted.
    if (stream.writableLength === 0) return true;
    this.#isWaiting = true;
    return false;
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    // Below TLS the reset fails the write under way, which is no news to whoever wanted it.
    this.#stream.on('error', ignore);
    try {
      // A reset frees the kernel's send buffer at once; after close() alone a peer that never reads keeps it for minutes.
      this.#raw.resetAndDestroy?.();
    } catch {
      // Not a TCP socket: a pipe has nothing to reset.
    }
    this.#stream.destroy();
  }

  pause(): boolean {
    if (this.#stream.readableFlowing !== true) return false;
    this.#stream.pause?.();
    return true;
  }

  resume(): void {
    this.#stream.resume?.();
  }

  readonly #onWritten = (error?: Error | null): void => {
    this.#confirmed += 1;
    if (!this.#isWaiting || this.#confirmed !== this.#sent) return;
    this.#isWaiting = false;
    // A failed write is followed by 'close', which says more.
    if (error === undefined || error === null) this.#events.onTaken();
  };
}

function ignore(): void {}

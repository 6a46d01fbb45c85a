import type { Chunk } from './chunks.ts';
import type { Transport, TransportEvents } from './transport.ts';

/** A WebSocket of the package `ws`, or one that has the same methods. Each write is one message. */
export interface WebSocketLike {
  /** 0 while connecting, 1 when open. */
  readonly readyState: number;
  /** Bytes given to `send` that have not left the process. */
  readonly bufferedAmount: number;
  /** Sends one message. Calls back when it has left the process, or with the error why it never will. */
  send(data: Uint8Array | string, onSent: (error?: Error | null) => void): void;
  /** Begins the closing handshake, after what was sent. */
  close(): void;
  /** Ends the connection at once. */
  terminate(): void;
  /** Stops reading from the peer. */
  pause(): void;
  /** Reads from the peer again. */
  resume(): void;
  /** Whether reading is stopped. */
  readonly isPaused: boolean;
  /** Calls the listener when the connection has closed. */
  once(event: 'close', listener: () => void): unknown;
}

const OPEN = 1;

/** Sends messages over a WebSocket, a slice at a time, so that its own queue stays short. */
export class MessageTransport implements Transport {
  readonly joins = false;
  // Compression reads a message after `send()` has counted it.
  readonly releases = false;
  readonly fd = -1;
  readonly #socket: WebSocketLike;
  readonly #events: TransportEvents;
  /** Callbacks come in the order of the messages, also for those that were taken at once. */
  #sent = 0;
  #confirmed = 0;
  #isWaiting = false;

  constructor(socket: WebSocketLike, events: TransportEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.once('close', () => {
      events.onClosed();
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === OPEN;
  }

  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(messages: readonly Chunk[]): boolean {
    this.#sent += messages.length;
    for (const message of messages) this.#socket.send(message, this.#onSent);
    if (this.#socket.bufferedAmount === 0) return true;
    this.#isWaiting = true;
    return false;
  }

  end(): void {
    this.#socket.close();
  }

  destroy(): void {
    this.#socket.terminate();
  }

  pause(): boolean {
    if (this.#socket.isPaused || !this.isOpen) return false;
    this.#socket.pause();
    return true;
  }

  resume(): void {
    this.#socket.resume();
  }

  readonly #onSent = (error?: Error | null): void => {
    this.#confirmed += 1;
    if (error !== undefined && error !== null) {
      // The WebSocket is closing, or its socket is broken; its 'close' may come much later.
      this.#isWaiting = false;
      this.#events.onClosed(error);
      return;
    }
    if (!this.#isWaiting || this.#confirmed !== this.#sent) return;
    this.#isWaiting = false;
    this.#events.onTaken();
  };
}

// One HTTP/1 connection. It carries one request at a time and reports how each has ended.
import type { Socket } from 'node:net';
import type { Exchange } from '../exchange.ts';
import type { Target } from '../plan.ts';
import { openSocket } from '../socket.ts';
import { ResponseParser } from './parser.ts';

/** Shared by all connections: what a read brings is parsed before the next read. */
const READ_BUFFER: Buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** A client closes an idle connection so much earlier than the server says it would, in milliseconds: the server's FIN may be under way. */
const KEEP_ALIVE_MARGIN_MS = 1000;

/** How often a slow reader reads, in milliseconds. */
const SLOW_READ_MS = 100;

export interface ConnectionOwner {
  /** The response is complete, or, of a slow reader, its head is. */
  answered(connection: Connection): void;
  /** A connection without a request is connected, or a slow reader has read its response. */
  rested(connection: Connection): void;
  /** The connection is gone: an error's code, or `CLOSED`. Not called after {@link Connection.destroy}. */
  gone(connection: Connection, code: string): void;
  received(bytes: number): void;
  now(): number;
}

export class Connection {
  /** The exchange whose response has not arrived; the owner clears it. */
  exchange: Exchange | undefined;
  /** The error that has ended it. */
  failure: Error | undefined;
  readonly parser: ResponseParser = new ResponseParser();
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #slowBytesPerSecond: number;
  #isReading = false;
  #isGone = false;
  #closeIdleAtMs = Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** @param slowBytesPerSecond How fast a slow reader reads; 0 for as fast as possible. */
  constructor(owner: ConnectionOwner, target: Target, slowBytesPerSecond: number) {
    this.#owner = owner;
    this.#slowBytesPerSecond = slowBytesPerSecond;
    const buffer =
      slowBytesPerSecond === 0
        ? READ_BUFFER
        : Buffer.allocUnsafeSlow(Math.max(1, Math.min(16_384, (slowBytesPerSecond * SLOW_READ_MS) / 1000)));
    this.#socket = openSocket(target, 'http/1.1', {
      buffer,
      callback: (bytes) => this.#read(buffer.subarray(0, bytes)),
    });
    this.#socket.once(target.isSecure ? 'secureConnect' : 'connect', () => {
      if (this.exchange === undefined) owner.rested(this);
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.failure = error;
      this.#vanish(error.code ?? 'UNKNOWN');
    });
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('close', () => this.#vanish('CLOSED'));
  }

  /** A response is under way. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** The server has not closed it, and will not before another request gets there. */
  canSendAt(nowMs: number): boolean {
    return !this.#isGone && nowMs < this.#closeIdleAtMs;
  }

  /** Another request may follow the response that is complete: the server keeps the connection, and has taken the whole request. */
  get isReusable(): boolean {
    return !this.#isGone && !this.parser.closes && this.#socket.writableLength === 0;
  }

  send(exchange: Exchange, request: Buffer, isHeadRequest: boolean): void {
    this.exchange = exchange;
    this.#isReading = true;
    this.#closeIdleAtMs = Infinity;
    this.parser.begin(isHeadRequest);
    this.#socket.write(request);
  }

  /** Closes it; the owner hears no more of it. */
  destroy(): void {
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#socket.destroy();
  }

  #read(bytes: Buffer): boolean {
    if (this.#isGone) return false;
    this.#owner.received(bytes.length);
    // Nothing was asked for.
    if (!this.#isReading) return this.#vanish('BAD_RESPONSE');
    const progress = this.parser.feed(bytes);
    if (progress === 'broken') return this.#vanish('BAD_RESPONSE');
    if (progress === 'complete') this.#complete();
    else if (this.#slowBytesPerSecond > 0) return this.#readOnLater(bytes.length);
    return !this.#isGone;
  }

  #complete(): void {
    this.#isReading = false;
    const { keepAliveSeconds } = this.parser.head ?? {};
    if (keepAliveSeconds !== undefined)
      this.#closeIdleAtMs = this.#owner.now() + Math.max(0, keepAliveSeconds * 1000 - KEEP_ALIVE_MARGIN_MS);
    if (this.exchange === undefined) this.#owner.rested(this);
    else this.#owner.answered(this);
  }

  #readOnLater(bytes: number): boolean {
    if (this.exchange !== undefined && this.parser.head !== undefined) this.#owner.answered(this);
    if (this.#isGone) return false;
    this.#timer = setTimeout(() => this.#socket.resume(), (bytes * 1000) / this.#slowBytesPerSecond);
    return false;
  }

  #ended(): void {
    if (this.#isGone || !this.#isReading || !this.parser.endsWithConnection) this.#vanish('CLOSED');
    else this.#complete();
  }

  #vanish(code: string): false {
    if (this.#isGone) return false;
    this.destroy();
    this.#owner.gone(this, code);
    return false;
  }
}

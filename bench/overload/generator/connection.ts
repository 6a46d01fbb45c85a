// One HTTP/1 connection that carries one request at a time and says how each ended.
import { connect, type Socket } from 'node:net';
import { ResponseReader } from './response.ts';

/** One for all connections: what a read brings is parsed before the next read. */
const READ_BUFFER: Buffer = Buffer.allocUnsafe(64 * 1024);

/** `request` of a connection that carries none. */
export const IDLE = -1;

export interface Owner {
  readonly port: number;
  readonly answered: (connection: Connection, status: number) => void;
  /** The connection is gone, with an error's code or `closed`; a request under way has no answer. */
  readonly gone: (connection: Connection, why: string) => void;
}

export class Connection {
  /** The number of the request under way. */
  request: number = IDLE;
  readonly #owner: Owner;
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();
  #isGone = false;

  constructor(owner: Owner) {
    this.#owner = owner;
    this.#socket = connect({
      host: '127.0.0.1',
      port: owner.port,
      // What a request needs is written in one go, so that nothing waits for Nagle's algorithm.
      onread: {
        buffer: READ_BUFFER,
        callback: (bytes) => {
          if (!this.#isGone && this.#reader.feed(READ_BUFFER.subarray(0, bytes))) this.#complete();
          return true;
        },
      },
    });
    this.#socket.on('error', ({ code }: NodeJS.ErrnoException) => this.#vanish(code ?? 'unknown'));
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('close', () => this.#vanish('closed'));
  }

  /** Another request may follow: the server keeps the connection, and has taken the whole of the last request. */
  get isReusable(): boolean {
    return !this.#isGone && !this.#reader.closes && this.#socket.writableLength === 0;
  }

  send(request: number, parts: readonly Buffer[]): void {
    this.request = request;
    for (const part of parts) this.#socket.write(part);
  }

  /** Closes it; the owner hears no more of it. */
  drop(): void {
    this.#isGone = true;
    this.#socket.destroy();
  }

  #complete(): void {
    this.#owner.answered(this, this.#reader.status);
  }

  #ended(): void {
    if (!this.#isGone && this.request !== IDLE && this.#reader.endOfConnection()) {
      this.#reader.closes = true;
      this.#complete();
    } else {
      this.#vanish('closed');
    }
  }

  #vanish(why: string): void {
    if (this.#isGone) return;
    this.drop();
    this.#owner.gone(this, why);
  }
}

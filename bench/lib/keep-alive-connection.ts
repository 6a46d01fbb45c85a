// One kept-alive HTTP/1 connection of a load generator: a prebuilt request, and no more parsing than counting needs.
import { connect, type Socket } from 'node:net';

const READ_BUFFER_BYTES = 16 * 1024;
const HEADER_END = Buffer.from('\r\n\r\n');
const OK = 200;

export interface Target {
  readonly port: number;
  /** The length of every response's body, known beforehand so that nobody has to read it out of the header. */
  readonly bodyBytes: number;
  /** The status of every response; any other is an error. Default 200. */
  readonly status?: number | undefined;
}

export interface Callbacks {
  readonly answered: (connection: KeepAliveConnection) => void;
  readonly failed: (error: Error) => void;
}

export class KeepAliveConnection {
  /** For the generator: when the request under way was to start. */
  intendedMs = 0;
  readonly #socket: Socket;
  readonly #request: Buffer;
  readonly #bodyBytes: number;
  readonly #statusLine: string;
  readonly #callbacks: Callbacks;
  /** The beginning of a response whose end has not arrived. */
  #partial: Buffer | undefined;
  #closing = false;

  private constructor({ port, bodyBytes, status = OK }: Target, callbacks: Callbacks, connected: () => void) {
    this.#request = Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    this.#bodyBytes = bodyBytes;
    this.#statusLine = `HTTP/1.1 ${status} `;
    this.#callbacks = callbacks;
    const fail = (error: Error): void => {
      if (!this.#closing) callbacks.failed(error);
    };
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BUFFER_BYTES),
        callback: (bytes, buffer) => this.#receive(Buffer.from(buffer.buffer, buffer.byteOffset, bytes)),
      },
    });
    this.#socket.once('connect', connected);
    this.#socket.once('error', fail);
    this.#socket.once('close', () => fail(new Error('the server closed a kept-alive connection under load')));
  }

  static async open(target: Target, callbacks: Callbacks): Promise<KeepAliveConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const failed = (error: Error): void => {
      reject(error);
      callbacks.failed(error);
    };
    const connection = new KeepAliveConnection(target, { ...callbacks, failed }, resolve);
    await promise;
    return connection;
  }

  send(): void {
    this.#socket.write(this.#request);
  }

  close(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): boolean {
    const received = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    const headerEnd = received.indexOf(HEADER_END);
    const length = headerEnd + HEADER_END.length + this.#bodyBytes;
    if (headerEnd === -1 || received.length < length) {
      this.#partial = Buffer.from(received); // a copy: the next read overwrites the buffer
      return true;
    }
    this.#partial = undefined;
    const statusLine = received.toString('latin1', 0, this.#statusLine.length);
    if (received.length > length || statusLine !== this.#statusLine) {
      this.#callbacks.failed(new Error(`an unexpected answer: ${received.toString()}`));
    } else {
      this.#callbacks.answered(this);
    }
    return true;
  }
}

import { Duplex } from 'node:stream';

/**
 * A connection in memory to a server that answers whatever comes with one response. The request runs over it as over any other, so that its
 * caller sees the events of a request that a server has answered.
 */
export class HeldBackSocket extends Duplex {
  readonly connecting = false;
  readonly #answer: string;
  #hasAnswered = false;

  /** @param answer The response, as it is sent. */
  constructor(answer: string) {
    super();
    this.#answer = answer;
  }

  override _read(): void {}

  /** The body of the request goes nowhere; the answer does not wait for it. */
  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    if (!this.#hasAnswered) {
      this.#hasAnswered = true;
      this.push(this.#answer);
    }
    done();
  }

  /** Ends the connection from the side of the server. */
  hangUp(): void {
    this.once('end', () => {
      this.end();
    });
    this.push(null);
  }

  // What callers and node:http set on sockets.

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

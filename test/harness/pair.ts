// A connection in memory: two ends of a duplex stream that behave like the two ends of a TCP connection.
import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code, syscall: message.split(' ')[0] });
}

/** One end of a connection. What is written to it arrives at the other end, in the order of the writes. */
export class End extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  #peer: End | undefined;
  /** Writes that were called back early and wait for {@link flush}. */
  #held: Buffer[] | undefined;
  /** The callback of a write that waits until the other end reads on, as a full send buffer makes it wait. */
  #blocked: Done | undefined;
  #takesNothing = false;

  constructor() {
    super({ allowHalfOpen: true, emitClose: true });
  }

  connect(peer: End): void {
    this.#peer = peer;
  }

  /** From now on nothing that this end writes leaves it, until {@link flush} sends all of it in one piece. */
  hold(): void {
    this.#held = [];
  }

  flush(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    if (held.length > 0) this.#send(Buffer.concat(held), () => {});
  }

  /** From now on this end takes nothing from the other one, whose writes wait. */
  stopTaking(): void {
    this.#takesNothing = true;
  }

  /** The connection breaks: both ends learn of it as of a TCP reset. */
  reset(): void {
    this.#held = undefined;
    const peer = this.#peer;
    this.destroy();
    // The reset arrives after what was sent before it has been read, in a later iteration of the event loop.
    setImmediate(() => peer?.destroy(failure('read ECONNRESET', 'ECONNRESET')));
  }

  // What node:net has and node:http calls.
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
  /** node:net's own: ends the connection once everything has been written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  override _read(): void {
    // The other end pushes when it writes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.#held !== undefined) {
      this.#held.push(chunk);
      done();
    } else {
      this.#send(chunk, done);
    }
  }

  override _final(done: Done): void {
    const peer = this.#peer;
    if (peer !== undefined && !peer.destroyed) peer.push(null);
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    const blocked = this.#blocked;
    this.#blocked = undefined;
    blocked?.(failure('write ECONNRESET', 'ECONNRESET'));
    done(error);
    const peer = this.#peer;
    // A kernel sends what is left and closes; here everything has been delivered already.
    setImmediate(() => {
      if (peer === undefined || peer.destroyed || peer.readableEnded) return;
      if (!this.writableFinished) peer.destroy(failure('read ECONNRESET', 'ECONNRESET'));
      else peer.failBlocked();
    });
  }

  failBlocked(): void {
    const blocked = this.#blocked;
    this.#blocked = undefined;
    blocked?.(failure('write EPIPE', 'EPIPE'));
  }

  #send(chunk: Buffer, done: Done): void {
    const peer = this.#peer;
    if (peer === undefined || peer.destroyed) {
      done(failure('write EPIPE', 'EPIPE'));
    } else if (peer.#takesNothing) {
      this.#blocked = done;
    } else {
      peer.push(chunk);
      done();
    }
  }
}

/** Both ends of a new connection. */
export function pair(): { readonly client: End; readonly server: End } {
  const client = new End();
  const server = new End();
  client.connect(server);
  server.connect(client);
  client.on('error', () => {}); // the clients of these tests expect every ending
  return { client, server };
}

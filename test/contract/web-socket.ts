// The sending side of a WebSocket with the interface of the package `ws`, and a reader of its frames (RFC 6455, section 5.2).
import type { Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import type { WebSocketLike } from '../../src/backpressure/index.ts';

const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;
const LENGTH_IN_8_BYTES = 127;
const HEADER_BYTES = 10;

/** Every frame has the longest header: an unmasked one with its length in 8 bytes. */
export class ServerWebSocket implements WebSocketLike {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get readyState(): number {
    return this.#socket.writable ? 1 : 3;
  }

  get bufferedAmount(): number {
    return this.#socket.writableLength;
  }

  get isPaused(): boolean {
    return this.#socket.isPaused();
  }

  send(data: Uint8Array | string, onSent: (error?: Error) => void): void {
    const header = Buffer.alloc(HEADER_BYTES);
    header[0] = typeof data === 'string' ? FINAL_TEXT : FINAL_BINARY;
    header[1] = LENGTH_IN_8_BYTES;
    header.writeBigUInt64BE(BigInt(Buffer.byteLength(data)), 2);
    this.#socket.cork();
    this.#socket.write(header);
    this.#socket.write(data, (error) => {
      onSent(error ?? undefined);
    });
    this.#socket.uncork();
  }

  close(): void {
    this.#socket.end();
  }

  terminate(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  once(event: 'close', listener: () => void): unknown {
    return this.#socket.once(event, listener);
  }
}

/** Frames in, the bytes of their messages out. */
export class FrameReader extends Transform {
  #header: Buffer = Buffer.alloc(0);
  #leftInFrame = 0;

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#leftInFrame > 0) {
        const bytes = rest.subarray(0, this.#leftInFrame);
        this.#leftInFrame -= bytes.length;
        rest = rest.subarray(bytes.length);
        this.push(bytes);
        continue;
      }
      const missing = HEADER_BYTES - this.#header.length;
      this.#header = Buffer.concat([this.#header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (this.#header.length < HEADER_BYTES) break;
      this.#leftInFrame = Number(this.#header.readBigUInt64BE(2));
      this.#header = Buffer.alloc(0);
    }
    done();
  }
}

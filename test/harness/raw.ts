// A client that is nothing but a TCP connection: what was sent and what came back, byte for byte.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Answer } from './http.ts';
import { until } from './until.ts';

export class RawConnection {
  readonly socket: Socket;
  /** Bytes that the kernel has taken from us. */
  sent = 0;
  ended = false;
  error: Error | undefined;
  private received: Buffer = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
    this.socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.socket.on('end', () => {
      this.ended = true;
    });
    this.socket.on('error', (error) => {
      this.error = error;
    });
  }

  async write(data: string | Buffer): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.write(data, (error) => {
        if (!error) this.sent += Buffer.byteLength(data);
        resolve();
      });
    });
  }

  /** Sends up to this many bytes, as fast as the kernel takes them, until done or cut off. Doesn't stop for a response. */
  async pump(bytes: number, encode: (chunk: Buffer) => Buffer = (chunk) => chunk): Promise<void> {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    for (let left = bytes; left > 0 && !this.socket.destroyed; left -= chunk.length) {
      await this.write(encode(chunk.subarray(0, left)));
    }
  }

  /** The next response, 1xx ones included. */
  async response(): Promise<Answer> {
    return until(
      'a response',
      () => {
        const answer = this.take();
        if (answer === undefined && this.socket.destroyed) {
          throw new Error(
            `cut off without a response: ${String(this.error)}; got ${this.received.toString()}`,
          );
        }
        return answer;
      },
      () => `received: ${this.received.toString()}`,
    );
  }

  /** Waits until the server has ended the connection, whether in order or by a reset. */
  async closed(): Promise<void> {
    await until('the end of the connection', () => this.ended || this.socket.destroyed);
    this.destroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private take(): Answer | undefined {
    const end = this.received.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const [first = '', ...lines] = this.received.subarray(0, end).toString().split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const status = Number(first.split(' ')[1]);
    const start = end + 4;
    const length = Number(headers['content-length'] ?? 0);
    if (this.received.length < start + length) return undefined;
    const body = this.received.subarray(start, start + length).toString();
    this.received = this.received.subarray(start + length);
    return { status, headers, body };
  }
}

export async function rawConnection(
  t: { after(fn: () => void): void },
  port: number,
): Promise<RawConnection> {
  const connection = new RawConnection(port);
  t.after(() => {
    connection.destroy();
  });
  await once(connection.socket, 'connect');
  return connection;
}

/** Encodes a chunk for Transfer-Encoding: chunked. */
export function chunked(chunk: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
}

// What is seen of connections from outside, by kind.
import type { Http2Stream, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Output } from './guarded-connection.ts';

/** What sockets of node:net and node:tls have beyond their types; all of it may be missing. */
interface SocketParts {
  readonly _handle?: { readonly fd?: number } | null;
  /** Of a TLS socket, the one below. */
  readonly _parent?: (Socket & SocketParts) | null;
}

/** A socket that is written to by itself. */
export class SocketOutput implements Output {
  readonly #socket: Socket & SocketParts;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get fd(): number {
    return (this.#socket._parent ?? this.#socket)._handle?.fd ?? -1;
  }

  pendingBytes(): number {
    return this.#socket.writableLength;
  }

  takenBytes(): number {
    // Node.js counts as written what waits to be.
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  reset(): void {
    // A reset frees the kernel's send buffer at once; after close() alone a peer that never reads keeps it for minutes.
    (this.#socket._parent ?? this.#socket).resetAndDestroy();
    this.#socket.destroy();
  }
}

/** An HTTP/1 connection: responses that wait for others before them hold what was written to them in a list of their own. */
export class ResponsesOutput extends SocketOutput {
  readonly #responses: ReadonlySet<Writable>;

  constructor(socket: Socket, responses: ReadonlySet<Writable>) {
    super(socket);
    this.#responses = responses;
  }

  override pendingBytes(): number {
    // The one whose turn it is counts what waits in the socket as its own.
    return total(this.#responses);
  }
}

/** An HTTP/2 connection. */
export class SessionOutput implements Output {
  readonly fd = -1;
  readonly #session: ServerHttp2Session;
  readonly #streams: ReadonlySet<Writable>;

  constructor(session: ServerHttp2Session, streams: ReadonlySet<Http2Stream>) {
    this.#session = session;
    this.#streams = streams;
  }

  pendingBytes(): number {
    return total(this.#streams) + this.#session.socket.writableLength;
  }

  takenBytes(): number {
    const { bytesWritten, writableLength } = this.#session.socket;
    return bytesWritten - writableLength;
  }

  reset(): void {
    this.#session.destroy();
  }
}

function total(outputs: ReadonlySet<Writable>): number {
  let bytes = 0;
  for (const { writableLength } of outputs) bytes += writableLength;
  return bytes;
}

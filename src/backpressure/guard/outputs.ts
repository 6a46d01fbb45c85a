// What is seen of connections from outside, by kind.
import type { ServerResponse } from 'node:http';
import type { Http2Stream, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { resetAndDestroy, type Resettable } from '../reset.ts';
import type { Output } from './guarded-connection.ts';

/** The handle is not public; all of it may be missing. */
interface Handle {
  readonly fd?: number;
  /** Bytes given to libuv. */
  readonly bytesWritten?: number;
  /** Bytes of these that the kernel has not taken. */
  readonly writeQueueSize?: number;
}

/** What sockets of node:net and node:tls have beyond their types. */
interface SocketParts extends Resettable {
  readonly _handle?: Handle | null;
  readonly _parent?: (Socket & SocketParts) | null;
}

/** A socket that is written to by itself. */
export class SocketOutput implements Output {
  readonly socket: Socket & SocketParts;
  #takenBytes = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get fd(): number {
    return this.#handle?.fd ?? -1;
  }

  pendingBytes(): number {
    return this.socket.writableLength;
  }

  takenBytes(): number {
    this.#takenBytes = takenBytesOf(this.#handle) ?? this.#takenBytes;
    return this.#takenBytes;
  }

  reset(): void {
    resetAndDestroy(this.socket, this.socket);
  }

  get #handle(): Handle | null | undefined {
    return (this.socket._parent ?? this.socket)._handle;
  }
}

/** A connection of HTTP/1: responses that wait for others before them hold what was written to them in a list of their own. */
export class ResponsesOutput extends SocketOutput {
  readonly #responses: ReadonlySet<ServerResponse>;

  constructor(socket: Socket, responses: ReadonlySet<ServerResponse>) {
    super(socket);
    this.#responses = responses;
  }

  override pendingBytes(): number {
    let bytes = 0;
    let isSocketCounted = false;
    for (const response of this.#responses) {
      bytes += response.writableLength;
      // The one whose turn it is counts what waits in the socket as its own.
      if (response.socket === this.socket) isSocketCounted = true;
    }
    return isSocketCounted ? bytes : bytes + this.socket.writableLength;
  }
}

/** A connection of HTTP/2. Its socket is out of reach once the session is destroyed, before the last streams close. */
export class SessionOutput implements Output {
  readonly fd = -1;
  readonly #session: ServerHttp2Session;
  readonly #streams: ReadonlySet<Writable>;
  #takenBytes = 0;

  constructor(session: ServerHttp2Session, streams: ReadonlySet<Http2Stream>) {
    this.#session = session;
    this.#streams = streams;
  }

  pendingBytes(): number {
    let bytes = this.#socket?.writableLength ?? 0;
    for (const { writableLength } of this.#streams) bytes += writableLength;
    return bytes;
  }

  takenBytes(): number {
    this.#takenBytes = takenBytesOf(this.#socket?._handle) ?? this.#takenBytes;
    return this.#takenBytes;
  }

  reset(): void {
    this.#session.destroy();
  }

  get #socket(): (Socket & SocketParts) | undefined {
    return this.#session.destroyed ? undefined : this.#session.socket;
  }
}

/**
 * Bytes that the kernel has taken. `writableLength` does not show progress inside one `writev`, which may be all that a
 * slow client gets for minutes, and counts text by its characters.
 */
function takenBytesOf(handle: Handle | null | undefined): number | undefined {
  if (handle?.bytesWritten === undefined) return undefined;
  return handle.bytesWritten - (handle.writeQueueSize ?? 0);
}

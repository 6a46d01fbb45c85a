import type { Writable } from 'node:stream';

/** A socket of node:net or node:tls, or what stands for one. */
export interface Resettable {
  /** The socket below a TLS socket. */
  readonly _parent?: Resettable | null;
  resetAndDestroy?(): unknown;
}

/**
 * Destroys a stream, and resets the connection below it: that frees the kernel's send buffer at once, where a peer that never reads
 * keeps it for minutes after a plain close.
 */
export function resetAndDestroy(stream: Writable, connection: Resettable): void {
  // Below TLS the reset fails the write under way, and the caller has no use for that error.
  stream.on('error', ignore);
  try {
    (connection._parent ?? connection).resetAndDestroy?.();
  } catch {
    // Not a TCP socket: a pipe has nothing to reset.
  }
  stream.destroy();
}

function ignore(): void {}

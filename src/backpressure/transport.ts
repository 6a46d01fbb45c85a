import type { Chunk } from './chunks.ts';

/** What a channel writes to. Its methods may run foreign code (a stream's `_write`, a wrapped `write`), and so may throw. */
export interface Transport {
  /** Whether writes may be joined; not where each is a message of its own. */
  readonly joins: boolean;
  /** Whether memory may be used again once it is taken. */
  readonly releases: boolean;
  /** Whether anything can be written, and the peer is there to get it. */
  readonly isOpen: boolean;
  /**
   * Of what was sent, the bytes that the process still holds, as far as the runtime shows them; NaN when it does not.
   * Falls while a slice is being sent.
   */
  readonly unsentBytes: number;
  /** The descriptor of the connection, -1 if it has none that is known. */
  readonly fd: number;
  /** @returns Whether all was taken at once; otherwise `onTaken` follows, unless `onClosed` does. */
  send(chunks: readonly Chunk[]): boolean;
  /** Ends the connection after what was sent. */
  end(): void;
  /** Ends it now, and has the kernel forget what it holds. */
  destroy(): void;
  /** Stops reading. @returns Whether it was reading. */
  pause(): boolean;
  resume(): void;
}

/** What a transport reports to its channel, never from within a call of the channel's. */
export interface TransportEvents {
  onTaken(): void;
  /** The peer is gone, or a write has failed. Nothing will be taken any more. */
  onClosed(error?: unknown): void;
}

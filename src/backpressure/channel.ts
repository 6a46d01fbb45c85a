import type { EvictionReason } from './events.ts';
import type { WritabilityListener } from './life.ts';

/** `open`, then `ending` once `end()` was called, and `closed` from then on. A channel may go from `open` to `closed` directly. */
export type ChannelState = 'open' | 'ending' | 'closed';

/**
 * Why a channel closed:
 * - `ended`: after `end()`, everything was handed over.
 * - `peer-gone`: the peer closed the connection, or it broke.
 * - `write-failed`: what the channel writes to threw an exception.
 * - any other: the reason of the eviction.
 */
export type CloseReason = 'ended' | 'peer-gone' | 'write-failed' | EvictionReason;

/** How a channel closed. */
export interface ChannelEnd {
  /** Why the channel closed. */
  readonly reason: CloseReason;
  /** Bytes written that were dropped. 0 after `ended`. */
  readonly droppedBytes: number;
  /** The error of the socket, where there was one. */
  readonly error?: unknown;
}

/** Bounded writes to one peer. See {@link createChannel}. */
export interface Channel {
  /** Where the channel is in its life: `open`, `ending`, `closed`. */
  readonly state: ChannelState;
  /** Whether the state is `closed`. */
  readonly isClosed: boolean;
  /** Resolves when the channel is closed, with the reason. Never rejects. */
  readonly closed: Promise<ChannelEnd>;
  /** Bytes written that the socket has not handed to the kernel. */
  readonly pendingBytes: number;
  /** Memory that the channel holds: pending bytes, and the unused part of its buffers. */
  readonly heldBytes: number;
  /** Since when the peer has not taken what was handed to the socket (`performance.now()`); Infinity while it does. */
  readonly blockedSinceMs: number;
  /** How much can be written until the channel is not writable any more; 0 when it isn't. */
  readonly bytesBeforeUnwritable: number;
  /**
   * Whether more should be written. Always false after `end()`. What is written while it is false is not lost, up to the hard
   * limit.
   */
  isWritable(): boolean;
  /**
   * Calls the listener when the channel has become writable or has stopped being so, and a last time, with false, when it closes.
   * The call follows the code that caused the change (`process.nextTick`), and its argument is the state at that moment.
   * An exception of a listener becomes an uncaught exception and leaves the channel intact.
   *
   * @returns Removes the listener.
   */
  onWritabilityChanged(listener: WritabilityListener): () => void;
  /**
   * Waits until it is the caller's turn to write. Callers are served in order; the next one follows when this one has written,
   * or in the next iteration of the event loop.
   *
   * @returns True to write, false once the channel is closed or ending. Rejects with the signal's reason when that is aborted.
   */
  ready(signal?: AbortSignal): Promise<boolean>;
  /**
   * Adds bytes, or text as UTF-8. More than 2 KB are not copied and must not be changed afterwards. Over a WebSocket each
   * write is a message, and nothing is copied.
   *
   * @returns Whether more should be written. False also when the channel is closed, and the data dropped.
   * Throws a `RespiteError` with code `RESPITE_BACKPRESSURE_WRITE_AFTER_END` after `end()`.
   */
  write(data: Uint8Array | string): boolean;
  /**
   * Adds a message that is written in place, without a Buffer of its own.
   *
   * @param maxBytes Maximum size of the message.
   * @param fill Writes to `target` from `start` on, and returns how many bytes it wrote. What it writes to
   * this channel by other means comes before its message.
   * @returns As `write`.
   */
  encode(maxBytes: number, fill: (target: Buffer, start: number) => number): boolean;
  /** Hands over what is pending now instead of after the code that runs; as much as the peer and the turn allow. */
  flush(): void;
  /**
   * Waits until everything that has been written so far is handed to the kernel.
   *
   * @returns True when it is, false when the channel closed before.
   */
  flushed(): Promise<boolean>;
  /** Ends the connection once everything that is pending is handed over, broadcasts that wait for the peer included. */
  end(): void;
  /** Disconnects the peer and drops what is pending. */
  evict(reason: EvictionReason): void;
}

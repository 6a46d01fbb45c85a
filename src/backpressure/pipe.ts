import type { Channel } from './channel.ts';

/** What can be piped: a stream, a generator, an array of chunks. */
export type Source = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Options of `pipe`. */
export interface PipeOptions {
  /** Stops it: the promise rejects with the signal's reason, and the channel stays as it is. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the connection, or response, is ended after the last chunk. Default true. */
  readonly end?: boolean | undefined;
}

/**
 * Writes all chunks of a source to a channel, asking for the next one only when the channel is writable. When the peer goes
 * away, the source is told to stop, and nobody waits for it, even if it never yields again.
 *
 * @returns True when everything has been written, false when the channel was closed before. Rejects with what the source
 * throws; the peer is then evicted, so that it does not take a part for the whole.
 */
export async function pipe(source: Source, channel: Channel, options: PipeOptions = {}): Promise<boolean> {
  const { signal, end = true } = options;
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const closed = Promise.withResolvers<false>();
  const off = channel.onWritabilityChanged(() => {
    if (channel.isClosed) closed.resolve(false);
  });
  try {
    const isWritten = await Promise.race([pump(iterator, channel, signal), closed.promise]);
    off();
    if (isWritten && end) channel.end();
    return isWritten;
  } catch (error) {
    if (signal?.aborted !== true) channel.evict('source-failed');
    throw error;
  } finally {
    off();
    // Of one that is at its end already, this does nothing; one that hangs can't be waited for.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** @returns Whether all was written. */
async function pump(
  iterator: AsyncIterator<Uint8Array | string> | Iterator<Uint8Array | string>,
  channel: Channel,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (;;) {
    const isReady = await channel.ready(signal);
    if (!isReady) return false;
    const next = await iterator.next();
    signal?.throwIfAborted();
    if (channel.isClosed) return false;
    if (next.done === true) return true;
    channel.write(next.value);
  }
}

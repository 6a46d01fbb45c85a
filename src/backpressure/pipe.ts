import type { Channel } from './channel.ts';

/** What can be piped: a stream, a generator, an array of chunks. */
export type Source = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

type Chunks = AsyncIterator<Uint8Array | string> | Iterator<Uint8Array | string>;

/** Options of `pipe`. */
export interface PipeOptions {
  /** Stops it: the promise rejects with the signal's reason, and the channel stays as it is. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the connection, or response, is ended after the last chunk. Default true. */
  readonly end?: boolean | undefined;
}

/**
 * Writes all chunks of a source to a channel, asking for the next one only when the channel is writable. When the peer goes
 * away or the signal is aborted, it calls the source's `return()` at once, also while it waits for a chunk.
 *
 * @returns True when everything has been written, false when the channel was closed before. Rejects with what the source
 * throws; the peer is then evicted, so that it does not take a part for the whole.
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { createServer } from 'node:http';
 * import { createChannel, pipe } from 'respite/backpressure';
 *
 * createServer(async (request, response) => {
 *   await pipe(createReadStream('report.csv'), createChannel(response));
 * }).listen(3000);
 * ```
 */
export async function pipe(source: Source, channel: Channel, options: PipeOptions = {}): Promise<boolean> {
  const { signal, end = true } = options;
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const stop = stopOf(channel, signal);
  try {
    const isWritten = await Promise.race([pump(iterator, channel, signal), stop.promise]);
    if (isWritten && end) channel.end();
    return isWritten;
  } catch (error) {
    if (signal?.aborted !== true) channel.evict('source-failed');
    throw error;
  } finally {
    stop.off();
    letGo(iterator);
  }
}

/** What ends a pipe before its source does: resolves when the channel closes, rejects when the signal is aborted. */
function stopOf(
  channel: Channel,
  signal: AbortSignal | undefined,
): { readonly promise: Promise<false>; readonly off: () => void } {
  const { promise, resolve, reject } = Promise.withResolvers<false>();
  const onAbort = (): void => reject(signal?.reason as Error);
  const onChanged = (): void => {
    if (channel.isClosed) resolve(false);
  };
  const removeListener = channel.onWritabilityChanged(onChanged);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    promise,
    off() {
      removeListener();
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

/** @returns Whether all was written. */
async function pump(iterator: Chunks, channel: Channel, signal: AbortSignal | undefined): Promise<boolean> {
  for (;;) {
    const isReady = await channel.ready(signal);
    if (!isReady) return false;
    const next = await iterator.next();
    signal?.throwIfAborted();
    if (channel.state !== 'open') return false;
    if (next.done === true) return true;
    channel.write(next.value);
  }
}

/** A source at its end ignores this; one that hangs can't be waited for; what one throws now changes nothing. */
function letGo(iterator: Chunks): void {
  void (async () => iterator.return?.())().catch(() => {});
}

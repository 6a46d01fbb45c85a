import type { Channel } from '../channel.ts';
import { failureOf } from './failure.ts';

/**
 * The channel as a stream of the Web, for `readable.pipeTo()`. Closing it ends the channel; aborting it evicts the peer, with the
 * reason `source-failed`. It errors with code `RESPITE_BACKPRESSURE_CLOSED` when the channel closes before its end.
 *
 * @example
 * ```ts
 * import { createChannel, toWritableStream } from 'respite/backpressure';
 *
 * const upstream = await fetch('http://reports.internal/today');
 * await upstream.body?.pipeTo(toWritableStream(createChannel(response)));
 * ```
 */
export function toWritableStream(channel: Channel): WritableStream<Uint8Array | string> {
  let isEnding = false;
  return new WritableStream<Uint8Array | string>(
    {
      start(controller) {
        void channel.closed.then((end) => {
          if (!isEnding) controller.error(failureOf(end));
        });
      },
      async write(chunk) {
        const isReady = await channel.ready();
        if (!isReady) throw failureOf(await channel.closed);
        channel.write(chunk);
      },
      async close() {
        isEnding = true;
        channel.end();
        const end = await channel.closed;
        if (end.reason !== 'ended') throw failureOf(end);
      },
      abort() {
        isEnding = true;
        channel.evict('source-failed');
      },
    },
    // One chunk is under way; the channel has the buffer.
    { highWaterMark: 1 },
  );
}

import { Writable } from 'node:stream';
import type { Channel } from '../channel.ts';
import { failureOf } from './failure.ts';

type Finish = (error?: Error | null) => void;

/**
 * The channel as a stream of Node.js, for `stream.pipeline` and libraries that write to streams. Its end ends the channel; destroying
 * it evicts the peer, with the reason `source-failed`. It fails with code `RESPITE_BACKPRESSURE_CLOSED` when the channel closes before its end.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { pipeline } from 'node:stream/promises';
 * import { createGzip } from 'node:zlib';
 * import { createChannel, toWritable } from 'respite/backpressure';
 *
 * await pipeline(createReadStream('report.csv'), createGzip(), toWritable(createChannel(response)));
 * ```
 */
export function toWritable(channel: Channel): Writable {
  const writable = new Writable({
    decodeStrings: false,
    write(chunk: Uint8Array | string, encoding, finish) {
      const data = typeof chunk === 'string' && !isUtf8(encoding) ? Buffer.from(chunk, encoding) : chunk;
      if (channel.isWritable()) add(channel, data, finish);
      else {
        // Every refusal of `ready` is one of `closed` too.
        void channel.ready().then((isReady) => {
          if (isReady) add(channel, data, finish);
          else void channel.closed.then((end) => finish(failureOf(end)));
        });
      }
    },
    final(finish) {
      channel.end();
      void channel.closed.then((end) => finish(end.reason === 'ended' ? null : failureOf(end)));
    },
    destroy(error, finish) {
      channel.evict('source-failed');
      finish(error);
    },
  });
  void channel.closed.then((end) => {
    if (!writable.writableFinished && !writable.writableEnded) writable.destroy(failureOf(end));
  });
  return writable;
}

function isUtf8(encoding: BufferEncoding): boolean {
  return encoding === 'utf8' || encoding === 'utf-8';
}

/** Other code may have ended the channel. */
function add(channel: Channel, data: Uint8Array | string, finish: Finish): void {
  try {
    channel.write(data);
  } catch (error) {
    finish(error as Error);
    return;
  }
  finish();
}

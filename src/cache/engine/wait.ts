// Waiting for a flight, with an eye on the clock and on the caller.
import { closeBytes } from '../../http/close-bytes.ts';
import type { Outcome } from './flight.ts';

/** Waits, but neither longer than the deadline nor after the user has gone. */
export async function settledWithin(
  outcome: Promise<Outcome>,
  deadlineMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Outcome | 'late'> {
  if (deadlineMs === undefined && signal === undefined) return outcome;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const ended = new Promise<'late'>((resolve, reject) => {
    if (deadlineMs !== undefined) timer = setTimeout(resolve, deadlineMs, 'late');
    onAbort = () => {
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
  });
  try {
    return await Promise.race([outcome, ended]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
}

/** Bodies that are dropped unread need to hear of their signals no more. */
const dropped = new FinalizationRegistry<() => void>((ignoreSignal) => {
  ignoreSignal();
});

/** A body that ends with its user's interest in it, and leaves nothing on the signal when it has ended. */
export function endingWith(
  signal: AbortSignal | undefined,
  body: ReadableStream<Uint8Array> | null,
): ReadableStream<Uint8Array> | null {
  if (signal === undefined || body === null) return body;
  const source = body.getReader();
  const ended = (): void => {
    signal.removeEventListener('abort', onAbort);
    dropped.unregister(ended);
  };
  let into: WeakRef<ReadableByteStreamController> | undefined;
  const weak = new WeakRef(source);
  const onAbort = (): void => {
    ended();
    into?.deref()?.error(signal.reason);
    weak.deref()?.cancel(signal.reason).catch(ignore);
  };
  const stream: ReadableStream<Uint8Array> = new ReadableStream(
    {
      type: 'bytes',
      start: (controller) => {
        into = new WeakRef(controller);
      },
      pull: async (controller) => {
        try {
          let next = await source.read();
          // A stream of bytes takes no empty piece.
          while (!next.done && next.value.byteLength === 0) next = await source.read();
          if (signal.aborted) return;
          if (!next.done) {
            // A copy: the stream takes the memory of what it is given away, which may be a part of a pool.
            controller.enqueue(new Uint8Array(next.value));
            return;
          }
          ended();
          closeBytes(controller);
        } catch (error) {
          ended();
          throw error;
        }
      },
      cancel: async (reason) => {
        ended();
        await source.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  signal.addEventListener('abort', onAbort);
  dropped.register(stream, ended, ended);
  if (signal.aborted) onAbort();
  return stream;
}

function ignore(): void {}

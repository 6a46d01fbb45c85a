// Waiting for a flight, with an eye on the clock and on the caller.
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
  let into: WeakRef<ReadableStreamDefaultController<Uint8Array>> | undefined;
  const weak = new WeakRef(source);
  const onAbort = (): void => {
    ended();
    into?.deref()?.error(signal.reason);
    weak.deref()?.cancel(signal.reason).catch(ignore);
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        into = new WeakRef(controller);
      },
      pull: async (controller) => {
        try {
          const next = await source.read();
          if (signal.aborted) return;
          if (!next.done) {
            controller.enqueue(next.value);
            return;
          }
          ended();
          controller.close();
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

// Waiting for a flight, with an eye on the clock and on whoever waits.
import type { Flight, Outcome } from './flight.ts';

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

/** A body that is passed on ends with its user's interest in it. */
export function followAbort(signal: AbortSignal, flight: Flight): void {
  const weak = new WeakRef(flight);
  signal.addEventListener('abort', () => weak.deref()?.abort(signal.reason), { once: true });
}

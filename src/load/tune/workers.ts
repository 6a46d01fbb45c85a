// What another worker would bring.
import type { Interval } from './statistics.ts';

export type WorkerOutlook =
  /** Measured with one worker more: the capacity then, as a multiple of the present one. */
  | { readonly kind: 'measured'; readonly workers: number; readonly factor: Interval }
  /** The event loop is busy when the server is full, so a worker with a core of its own would add to the capacity; here is none to try. */
  | { readonly kind: 'no-core'; readonly utilization: number }
  /** The event loop idles when the server is full: requests wait for something else, of which more workers ask more. */
  | { readonly kind: 'waits-elsewhere'; readonly utilization: number };

/** Share of the time that the event loop of a server is busy whose own processing is what limits it. */
const BUSY = 0.85;

/** @param measure The capacity with one worker more. */
export async function lookAtWorkers(
  {
    utilization,
    spareCores,
    workers,
    capacity,
  }: {
    readonly utilization: number;
    readonly spareCores: number;
    readonly workers: number;
    readonly capacity: Interval;
  },
  measure: (workers: number) => Promise<Interval | undefined>,
): Promise<WorkerOutlook> {
  if (utilization < BUSY) return { kind: 'waits-elsewhere', utilization };
  const found = spareCores < 1 ? undefined : await measure(workers + 1);
  if (found === undefined) return { kind: 'no-core', utilization };
  const factor = {
    mean: found.mean / capacity.mean,
    // The worst case of both intervals.
    low: found.low / capacity.high,
    high: found.high / capacity.low,
  };
  return { kind: 'measured', workers: workers + 1, factor };
}

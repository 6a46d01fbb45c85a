// How much more than its capacity the server is offered until it stops refusing gracefully.
import type { Probe, Reading } from './reading.ts';

/** Netflix's terms: the success buffer is what is served beyond normal load, the failure buffer what is refused gracefully beyond that. */
export interface Buffers {
  /** Rate up to which nearly everything is served within the deadline. */
  readonly servesAllPerSecond: number;
  /** The highest rate that was tried at which goodput held and what was too much was shed in time. */
  readonly refusesGracefullyPerSecond: number;
  /** True when no rate was found at which it did not: the generator ends before the server. */
  readonly isLowerBound: boolean;
  readonly readings: readonly Reading[];
}

/** Multiples of the capacity that are offered. */
const MULTIPLES = [1.5, 2.5, 4, 8];
/** Share of the capacity that must still be served. */
const GOODPUT_FLOOR = 0.8;
/** Share of requests that may fail otherwise than by being shed. */
const FAILED_CEILING = 0.01;

/** @returns Undefined when the generator was late at each of the rates. */
export async function measureBuffers(
  capacityPerSecond: number,
  servesAllPerSecond: number,
  {
    probe,
    probeMs,
    deadlineMs,
  }: { readonly probe: Probe; readonly probeMs: number; readonly deadlineMs: number },
): Promise<Buffers | undefined> {
  const readings: Reading[] = [];
  let graceful = servesAllPerSecond;
  for (const multiple of MULTIPLES) {
    const rate = multiple * capacityPerSecond;
    const reading = await probe(rate, probeMs);
    // Past what the generator can do there is nothing more to learn.
    if (reading.invalidBecause !== undefined) break;
    readings.push(reading);
    const isGraceful =
      reading.goodPerSecond >= GOODPUT_FLOOR * capacityPerSecond &&
      reading.failedShare <= FAILED_CEILING &&
      reading.refusalP99Ms <= deadlineMs;
    if (!isGraceful)
      return { servesAllPerSecond, refusesGracefullyPerSecond: graceful, isLowerBound: false, readings };
    graceful = rate;
  }
  if (readings.length === 0) return undefined;
  return { servesAllPerSecond, refusesGracefullyPerSecond: graceful, isLowerBound: true, readings };
}

// How many requests a second the server serves within the deadline: by bisection, then by measuring several times where it is full.
import type { Probe, Reading } from './reading.ts';
import { type Interval, intervalOf } from './statistics.ts';

/** The capacity of a server under the settings that it runs with. */
export interface Capacity {
  /** Requests per second served within the deadline when more are offered; 95 % confidence. */
  readonly perSecond: Interval;
  /** The highest rate at which nearly all requests were served within the deadline. */
  readonly servesAllPerSecond: number;
  /** Everything that was measured on the way, in that order. */
  readonly readings: readonly Reading[];
  /** Set when the generator could not offer enough, so that the capacity is at least this: why. */
  readonly lowerBoundBecause: string | undefined;
}

/** A server on which not even a few requests a second succeed has no capacity to speak of. */
export class NoCapacityError extends Error {
  readonly reading: Reading;

  constructor(reading: Reading) {
    super('the server fails, sheds or delays requests even at the lowest rate');
    this.reading = reading;
  }
}

export interface CapacityOptions {
  readonly probe: Probe;
  readonly probeMs: number;
  /** Default: 50 requests per second. */
  readonly startPerSecond?: number;
  /** Highest rate to try. */
  readonly maxPerSecond?: number;
}

/** Share of requests served within the deadline from which on a rate counts as served. Random arrivals alone make some of them wait. */
const SERVED_SHARE = 0.98;
/** Maximum growth of the queue below the capacity, where random arrivals make some: seconds per second, plus ms in each measurement. */
const STEADY_GROWTH = 0.03;
const STEADY_MS = 20;
/** The bisection ends when the bounds are this close, as a ratio. */
const CLOSE = 1.06;
/** A server that sheds early serves more as more is offered: the rate is raised by this factor while the goodput rises by that. */
const FULL = 1.1;
const RAISE = 1.4;
const RISE = 1.03;
const MAX_RAISES = 4;
/** Measurements of the full server: their scatter makes the confidence interval. */
const REPEATS = 4;
/** Factor between the rates of the search for an upper bound. */
const STRIDE = 3;

export async function findCapacity({
  probe,
  probeMs,
  startPerSecond = 50,
  maxPerSecond = 50_000,
}: CapacityOptions): Promise<Capacity> {
  const readings: Reading[] = [];
  const measure = async (rate: number): Promise<Reading> => {
    const reading = await probe(rate, probeMs);
    readings.push(reading);
    return reading;
  };

  let low = 0;
  let high = startPerSecond;
  for (; ; high *= STRIDE) {
    // Twice: everything follows from this bound, and a hiccup of the machine looks the same.
    if (!isServed(await measure(high), probeMs) && !isServed(await measure(high), probeMs)) break;
    low = high;
    if (high >= maxPerSecond) return atLeast(low, readings, 'the load generator ends there');
  }
  // Fewer than it began with, so the server is slower than expected.
  for (; low === 0;) {
    const next = high / STRIDE;
    const reading = await measure(next);
    if (isServed(reading, probeMs)) low = next;
    else if (next < 1)
      throw new NoCapacityError(readings.findLast(({ offeredPerSecond }) => offeredPerSecond > 0) ?? reading);
    else high = next;
  }
  while (high / low > CLOSE) {
    const middle = Math.sqrt(low * high);
    if (isServed(await measure(middle), probeMs)) low = middle;
    else high = middle;
  }
  const rate = await fullAt(high * FULL, probeMs, measure);
  const full: Reading[] = [];
  for (let i = 0; i < REPEATS; i += 1) full.push(await measure(rate));
  // The generator has reached its own limit, not the server's.
  if (full.filter(({ invalidBecause }) => invalidBecause !== undefined).length > REPEATS / 2)
    return atLeast(low, readings, `the load generator was late at ${Math.round(rate)} requests/s`);
  return {
    perSecond: intervalOf(
      full.map(({ goodPerSecond }) => goodPerSecond),
      0.95,
    ),
    servesAllPerSecond: low,
    readings,
    lowerBoundBecause: undefined,
  };
}

/** The lowest rate from which on more requests bring no more goodput. A rate at which all are served is below that. */
async function fullAt(
  from: number,
  probeMs: number,
  measure: (rate: number) => Promise<Reading>,
): Promise<number> {
  let rate = from;
  let reading = await measure(rate);
  for (let i = 0; i < MAX_RAISES; i += 1) {
    const next = await measure(rate * RAISE);
    const isFull = next.goodPerSecond < RISE * reading.goodPerSecond && !isServed(reading, probeMs);
    if (isFull || next.invalidBecause !== undefined) break;
    rate *= RAISE;
    reading = next;
  }
  return rate;
}

function isServed({ goodShare, growth, invalidBecause }: Reading, probeMs: number): boolean {
  const isSteady = growth <= STEADY_GROWTH + STEADY_MS / probeMs;
  return goodShare >= SERVED_SHARE && isSteady && invalidBecause === undefined;
}

function atLeast(perSecond: number, readings: readonly Reading[], because: string): Capacity {
  return {
    perSecond: { mean: perSecond, low: perSecond, high: Infinity },
    servesAllPerSecond: perSecond,
    readings,
    lowerBoundBecause: because,
  };
}

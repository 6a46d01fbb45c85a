// The best fixed in-flight limit, by measuring the goodput of an overloaded server under several of them.

/** Goodput per second of the overloaded server under a limit. */
export type MeasureLimit = (limit: number) => Promise<number>;

export interface LimitPoint {
  readonly limit: number;
  readonly goodPerSecond: number;
}

export interface LimitSweep {
  /** The smallest limit under which the goodput is nearly the best: a smaller one sheds too much, a larger one only makes requests wait. */
  readonly best: LimitPoint;
  /** All that were tried, by limit. */
  readonly points: readonly LimitPoint[];
}

/** Limits are tried at these multiples of the requests in flight that a full server has without a queue. */
const MULTIPLES = [0.5, 1, 2, 4];
/** Share of the best goodput that is nearly the best. */
const NEARLY = 0.98;
/** The search for the smallest limit ends when the bounds are this close, as a ratio. */
const CLOSE = 1.15;

/**
 * @param busy Requests in flight in a full server without a queue, by Little's law: capacity times the latency of an idle server.
 */
export async function sweepLimits(busy: number, measure: MeasureLimit): Promise<LimitSweep> {
  const points = new Map<number, number>();
  const goodAt = async (limit: number): Promise<number> => {
    const known = points.get(limit);
    if (known !== undefined) return known;
    const goodPerSecond = await measure(limit);
    points.set(limit, goodPerSecond);
    return goodPerSecond;
  };
  for (const multiple of MULTIPLES) await goodAt(Math.max(1, Math.round(busy * multiple)));
  const enough = (): number => NEARLY * Math.max(...points.values());
  const sorted = (): readonly LimitPoint[] =>
    [...points]
      .map(([limit, goodPerSecond]) => ({ limit, goodPerSecond }))
      .toSorted((a, b) => a.limit - b.limit);
  const smallest = (): LimitPoint | undefined =>
    sorted().find(({ goodPerSecond }) => goodPerSecond >= enough());
  let high = smallest()?.limit ?? 1;
  let low = sorted().findLast(({ limit }) => limit < high)?.limit ?? high;
  while (high > low + 1 && high / low > CLOSE) {
    const middle = Math.round(Math.sqrt(low * high));
    if (middle === low || middle === high) break;
    if ((await goodAt(middle)) >= enough()) high = middle;
    else low = middle;
  }
  const best = smallest() ?? { limit: high, goodPerSecond: 0 };
  return { best, points: sorted() };
}

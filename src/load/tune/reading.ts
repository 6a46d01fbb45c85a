import type { LoadResult } from '../contract.ts';

/** What requests at one rate, for a while, have found. */
export interface Reading {
  /** Requests that were due per second. */
  readonly offeredPerSecond: number;
  /** Requests served within the deadline, per second that the server needed for that: the goodput. */
  readonly goodPerSecond: number;
  /** Shares of the requests that were due: served within the deadline, shed, failed or served too late. */
  readonly goodShare: number;
  readonly refusedShare: number;
  readonly failedShare: number;
  /** What the failures were: by status, or by code (`TIMEOUT`). */
  readonly failedBy: Readonly<Record<string, number>>;
  /** Of what was served. */
  readonly meanMs: number;
  readonly p99Ms: number;
  readonly refusalP99Ms: number;
  /** How many seconds longer requests waited with each second of the measurement: by how much the rate exceeded the capacity. */
  readonly growth: number;
  /** How long the last request waited, so that the server is idle again after that. */
  readonly lastWaitMs: number;
  /** Set when the load generator was late: then the figures are its own, not the server's. */
  readonly invalidBecause: string | undefined;
}

/** Sends requests to the running server at a rate. */
export type Probe = (ratePerSecond: number, durationMs: number) => Promise<Reading>;

/**
 * @param idleMs Median latency of the server with little to do: what is above that was spent waiting.
 */
export function readingOf(result: LoadResult, idleMs: number): Reading {
  const { offered, good, late, refused, failed, latency, refusalLatency, durationMs } = result;
  const { growth, lastWaitMs } = queueOf(result, idleMs);
  const share = (count: number): number => (offered === 0 ? 0 : count / offered);
  return {
    offeredPerSecond: (offered * 1000) / durationMs,
    // What waits when the last request is due is served after that: that time counts.
    goodPerSecond: (good * 1000) / (durationMs + lastWaitMs),
    goodShare: share(good),
    refusedShare: share(refused),
    failedShare: share(failed + late),
    failedBy: result.failedBy,
    meanMs: latency.meanMs,
    p99Ms: latency.p99Ms,
    refusalP99Ms: refusalLatency.count === 0 ? 0 : refusalLatency.p99Ms,
    growth,
    lastWaitMs,
    invalidBecause: result.invalidBecause,
  };
}

type Queue = Pick<Reading, 'growth' | 'lastWaitMs'>;

/** A queue that has grown from the first whole second to the last goes on to grow; one of a limited length does not. */
function queueOf({ seconds, latency, durationMs }: LoadResult, idleMs: number): Queue {
  const whole = seconds.slice(0, Math.floor(durationMs / 1000)).filter((each) => each.good + each.late > 0);
  const [first, last] = [whole[0], whole.at(-1)];
  if (first === undefined || last === undefined || first === last) {
    // The median wait of a queue that grows steadily is half of the last one.
    const lastWaitMs = Math.max(0, 2 * (latency.p50Ms - idleMs));
    return { growth: lastWaitMs / durationMs, lastWaitMs };
  }
  const growth = Math.max(0, (last.p50Ms - first.p50Ms) / (last.atMs - first.atMs));
  const sinceMs = durationMs - (last.atMs + 500);
  return { growth, lastWaitMs: Math.max(0, last.p50Ms - idleMs + growth * sinceMs) };
}

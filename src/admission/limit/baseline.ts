// What latency alone says about waiting. It is only a belief: what is learned can be wrong in both directions, so throughput has
// the last word (see elasticity.ts), and the absolute target stands above what is learned.

/** Above this multiple of the baseline requests are believed to wait. */
const TOLERATED_LATENCIES = 2;

/** Shares by which the baseline follows lower and higher latencies. */
const FALL = 0.5;
const RISE = 0.1;

/** A belief that is this much above what throughput shows makes the baseline fall, by this share of the rest. */
const TOLERATED_ERROR = 0.3;
const DOUBT = 0.05;

/**
 * The elasticity to expect: 1 while the latency is at the baseline, 0 from the target on. The target is absolute; the
 * baseline can only bring it down.
 */
export function expectedElasticity(latencyMs: number, baselineMs: number, targetLatencyMs: number): number {
  const targetMs = Math.min(targetLatencyMs, TOLERATED_LATENCIES * baselineMs);
  const excess = (latencyMs / targetMs) * TOLERATED_LATENCIES - 1;
  return Math.min(1, Math.max(0, 1 - excess / (TOLERATED_LATENCIES - 1)));
}

/** Mean latency when nothing waits, after one more window. `Infinity` is a baseline of which nothing is known. */
export function nextBaseline(
  baselineMs: number,
  latencyMs: number,
  /** True when throughput says so, or when the limit wasn't reached. */
  nothingWaits: boolean,
  /** By how much the expected elasticity was above the one that was found; a baseline from a time of waiting is too high. */
  disappointment: number,
): number {
  if (baselineMs === Infinity) return latencyMs;
  if (latencyMs < baselineMs) return baselineMs + (latencyMs - baselineMs) * FALL;
  if (nothingWaits) return baselineMs + (latencyMs - baselineMs) * RISE;
  return baselineMs * (1 - DOUBT * Math.max(0, disappointment - TOLERATED_ERROR));
}

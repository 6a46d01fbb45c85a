import type { LoadSecond } from '../contract.ts';

/** A second of the load, by the clock. */
export type DatedSecond = Pick<LoadSecond, 'offered' | 'good'> & { readonly startMs: number };

/** The share of the requests of a time that were served in time; undefined when there were none. */
export function goodputOf(seconds: readonly DatedSecond[], fromMs: number, toMs: number): number | undefined {
  const those = seconds.filter(({ startMs }) => startMs + 1000 > fromMs && startMs < toMs);
  const offered = those.reduce((sum, second) => sum + second.offered, 0);
  const good = those.reduce((sum, second) => sum + second.good, 0);
  return offered === 0 ? undefined : good / offered;
}

// What can be compared of two versions in an interval: only routes that both have answered.
import type { Activity } from './reading.ts';

export interface Compared {
  /** Requests of each version that the comparison rests on: the harmonic mean of both, summed over routes. */
  readonly requests: number;
  /** What a request typically takes, as the geometric mean over the same mix of routes. NaN without requests. */
  readonly freshSeconds: number;
  readonly oldSeconds: number;
  /** How much the mixes of routes have in common, 0 to 1. */
  readonly overlap: number;
}

export function compared(fresh: Activity, old: Activity): Compared {
  let requests = 0;
  let freshLog = 0;
  let oldLog = 0;
  let overlap = 0;
  for (const [route, own] of fresh.routes) {
    const other = old.routes.get(route);
    if (other === undefined) continue;
    const weight = (2 * own.answered * other.answered) / (own.answered + other.answered);
    requests += weight;
    freshLog += (weight * own.logSeconds) / own.answered;
    oldLog += (weight * other.logSeconds) / other.answered;
    overlap += Math.min(own.answered / fresh.answered, other.answered / old.answered);
  }
  return {
    requests,
    freshSeconds: Math.exp(freshLog / requests),
    oldSeconds: Math.exp(oldLog / requests),
    overlap,
  };
}

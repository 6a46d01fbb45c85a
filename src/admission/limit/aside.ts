// The limit of those that have left the queue, since they take long without waiting in it: long polls, calls of slow services. They
// might wait in another queue, which is seen by the same rule: the limit rises while throughput follows it.
import { type LimitState, moved, nextLimit } from './limit.ts';
import type { ResolvedLimitOptions } from './options.ts';
import { endedIn, isSparse, type LimitSample } from './window.ts';

/** More than the queue has: these cost memory only, as far as is known. */
const INITIAL_LIMITS = 4;

/** How long a long poll is meant to last is unknown, so it is mostly what is learned that counts. */
const TARGET_MS = 60_000;

/** While none of them has ended, nothing speaks against more; a long poll takes half a minute to end. */
const RISE_IN_SILENCE = 1;

export function asideOptions(queued: ResolvedLimitOptions): ResolvedLimitOptions {
  return {
    ...queued,
    initialLimit: Math.min(queued.maxLimit, INITIAL_LIMITS * queued.initialLimit),
    targetLatencyMs: Math.max(TARGET_MS, queued.targetLatencyMs),
  };
}

/** As `nextLimit`, except that silence is no sign of trouble. */
export function nextAside(state: LimitState, sample: LimitSample, options: ResolvedLimitOptions): LimitState {
  if (!isSparse(sample)) return nextLimit({ ...state, baselineMs: Infinity }, sample, options);
  if (sample.shed === 0 || endedIn(sample) > 0) return state;
  return { ...state, limit: moved(state.limit, RISE_IN_SILENCE, options) };
}

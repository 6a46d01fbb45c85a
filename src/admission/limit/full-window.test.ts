// A server whose limit is full and right, for tests of where the limit moves from there.
import { initialLimit, type LimitState } from './limit.ts';
import { resolveLimitOptions, type ResolvedLimitOptions } from './options.ts';
import type { LimitSample } from './window.ts';

export const options: ResolvedLimitOptions = resolveLimitOptions({ initialLimit: 50 });

/** A second in which the limit of 50 was full, and requests took 20 ms. */
export const FULL: LimitSample = {
  elapsedMs: 1000,
  completed: 2500,
  answered: 0,
  steppedAside: 0,
  failed: 0,
  cancelled: 0,
  shed: 100,
  meanInFlight: 49,
  peakInFlight: 50,
  meanLatencyMs: 20,
  latencyError: 0.01,
};

/** A request takes 20 ms when nothing waits. */
export const KNOWN: LimitState = { ...initialLimit(options), baselineMs: 20, starting: false };

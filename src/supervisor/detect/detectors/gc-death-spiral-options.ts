import { knownKeys } from '../../../core/validate.ts';
import { completeShares, type Shares } from './given.ts';

/** Shares of V8's limit of the old generation that are alive after a major collection. */
export interface GcDeathSpiralOptions {
  /** From then on it is logged, and the worker is replaced if at its pace the heap will be full within `drainTimeoutMs`. Default 0.6. */
  readonly warnShare?: number | undefined;
  /** From then on the worker is replaced. Default 0.7. */
  readonly replaceShare?: number | undefined;
}

export type ResolvedGcDeathSpiral = Shares;

/** Measured: at 0.7 there is time to act, and a heap that is 66 % alive under heavy garbage is healthy; docs/design/watchdog.md. */
export const GC_DEATH_SPIRAL: ResolvedGcDeathSpiral = Object.freeze({ warnShare: 0.6, replaceShare: 0.7 });

export function resolveGcDeathSpiral(given: GcDeathSpiralOptions): ResolvedGcDeathSpiral {
  const option = 'supervisor.detect.gcDeathSpiral';
  knownKeys(option, given, Object.keys(GC_DEATH_SPIRAL));
  return completeShares(option, given, GC_DEATH_SPIRAL);
}

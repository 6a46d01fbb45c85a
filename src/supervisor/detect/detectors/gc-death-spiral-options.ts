import { object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { shares, warnsFirst } from './given.ts';

/** Shares of V8's limit of the old generation that are alive after a major collection, with every default filled in. */
export interface ResolvedGcDeathSpiral {
  /** From then on it is logged, and the worker is replaced if at its pace the heap will be full within `drainTimeoutMs`. Default 0.6. */
  readonly warnShare: number;
  /** From then on the worker is replaced. Default 0.7. */
  readonly replaceShare: number;
}

/** Shares of V8's limit of the old generation that are alive after a major collection. Only `undefined` means default. */
export type GcDeathSpiralOptions = OptionsOf<ResolvedGcDeathSpiral>;

/** Measured: at 0.7 there is time to act, and a heap that is 66 % alive under heavy garbage is healthy; docs/design/watchdog.md. */
const GC_DEATH_SPIRAL = shares({ warnShare: 0.6, replaceShare: 0.7 });

export const gcDeathSpiral: Rule<GcDeathSpiralOptions, ResolvedGcDeathSpiral> = object(
  GC_DEATH_SPIRAL,
  warnsFirst,
);

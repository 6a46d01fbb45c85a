import { type Declaration, object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { milliseconds } from '../../../core/rules.ts';
import { MIN_GAP_MS } from './blocked-loop-options.ts';

/** When an event loop stood still for lack of a processor, with every default filled in. */
export interface ResolvedCpuStarved {
  /** How long the main thread was ready and got no processor until the loop was responsive again, in milliseconds. Default 5000. */
  readonly afterMs: number;
}

/** When an event loop stood still for lack of a processor. Only `undefined` means default. */
export type CpuStarvedOptions = OptionsOf<ResolvedCpuStarved>;

const CPU_STARVED: Declaration<ResolvedCpuStarved> = Object.freeze({
  afterMs: { rule: milliseconds(MIN_GAP_MS), byDefault: 5000 },
});

export const cpuStarved: Rule<CpuStarvedOptions, ResolvedCpuStarved> = object(CPU_STARVED);

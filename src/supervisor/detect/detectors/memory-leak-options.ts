import { type Declaration, object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { milliseconds, share } from '../../../core/rules.ts';

/** When growth is a leak; docs/design/detectors.md, with every default filled in. */
export interface ResolvedMemoryLeak {
  /** Time in which it has to grow steadily, in milliseconds. The first such time of a worker is not looked at. Default 600000. */
  readonly windowMs: number;
  /** The least growth in that time, as a share of the limit. Default 0.1. */
  readonly growthShare: number;
}

/** When growth is a leak; docs/design/detectors.md. Only `undefined` means default. */
export type MemoryLeakOptions = OptionsOf<ResolvedMemoryLeak>;

const MEMORY_LEAK: Declaration<ResolvedMemoryLeak> = Object.freeze({
  windowMs: { rule: milliseconds(1000), byDefault: 600_000 },
  growthShare: { rule: share(), byDefault: 0.1 },
});

export const memoryLeak: Rule<MemoryLeakOptions, ResolvedMemoryLeak> = object(MEMORY_LEAK);

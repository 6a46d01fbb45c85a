import { fraction, integer } from '../../../core/validate.ts';
import { complete } from './given.ts';

/** When growth is a leak; docs/design/detectors.md. */
export interface MemoryLeakOptions {
  /** Time in which it has to grow steadily, in milliseconds. The first such time of a worker is not looked at. Default 600000. */
  readonly windowMs?: number | undefined;
  /** The least growth in that time, as a share of the limit. Default 0.1. */
  readonly growthShare?: number | undefined;
}

export interface ResolvedMemoryLeak {
  readonly windowMs: number;
  readonly growthShare: number;
}

export const MEMORY_LEAK: ResolvedMemoryLeak = Object.freeze({ windowMs: 600_000, growthShare: 0.1 });

export function resolveMemoryLeak(given: MemoryLeakOptions): ResolvedMemoryLeak {
  const option = 'supervisor.detect.memoryLeak';
  const { windowMs, growthShare } = complete(option, given, MEMORY_LEAK);
  return {
    windowMs: integer(`${option}.windowMs`, windowMs, 1000),
    growthShare: fraction(`${option}.growthShare`, growthShare),
  };
}

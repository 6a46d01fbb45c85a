import { integer } from '../../../core/validate.ts';
import { MIN_GAP_MS } from './blocked-loop-options.ts';
import { complete } from './given.ts';

export interface CpuStarvedOptions {
  /** How long the main thread was ready and got no processor until the loop turned again, in milliseconds. Default 5000. */
  readonly afterMs?: number | undefined;
}

export interface ResolvedCpuStarved {
  readonly afterMs: number;
}

export const CPU_STARVED: ResolvedCpuStarved = Object.freeze({ afterMs: 5000 });

export function resolveCpuStarved(given: CpuStarvedOptions): ResolvedCpuStarved {
  const option = 'supervisor.detect.cpuStarved';
  return { afterMs: integer(`${option}.afterMs`, complete(option, given, CPU_STARVED).afterMs, MIN_GAP_MS) };
}

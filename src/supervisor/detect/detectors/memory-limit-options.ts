import { integer, knownKeys } from '../../../core/validate.ts';
import { completeShares, type Shares } from './given.ts';

/** Shares of the memory limit. */
export interface MemoryOptions {
  /** From then on the worker that has grown most is replaced if at this pace the limit is reached within 30 s. Default 0.7. */
  readonly warnShare?: number | undefined;
  /** From then on it is replaced in any case, if that would give back a tenth of the limit. Default 0.9. */
  readonly replaceShare?: number | undefined;
  /** The limit, in bytes. Default: that of the control group, otherwise the machine's memory. */
  readonly limitBytes?: number | undefined;
}

export interface ResolvedMemory extends Shares {
  readonly limitBytes: number | undefined;
}

export const MEMORY: ResolvedMemory = Object.freeze({
  warnShare: 0.7,
  replaceShare: 0.9,
  limitBytes: undefined,
});

export function resolveMemory(given: MemoryOptions): ResolvedMemory {
  const option = 'supervisor.detect.memory';
  knownKeys(option, given, Object.keys(MEMORY));
  const { limitBytes } = given;
  return {
    ...completeShares(option, given, MEMORY),
    limitBytes: limitBytes === undefined ? undefined : integer(`${option}.limitBytes`, limitBytes, 1),
  };
}

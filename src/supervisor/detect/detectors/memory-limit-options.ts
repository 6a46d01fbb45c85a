import { object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { integer } from '../../../core/rules.ts';
import { shares, warnsFirst } from './given.ts';

/** Shares of the memory limit, with every default filled in. */
export interface ResolvedMemory {
  /** From then on the worker that has grown most is replaced if at this pace the limit is reached within 30 s. Default 0.7. */
  readonly warnShare: number;
  /** From then on it is replaced in any case, if that would give back a tenth of the limit. Default 0.9. */
  readonly replaceShare: number;
  /** The limit, in bytes. Default that of the control group, otherwise the machine's memory. */
  readonly limitBytes: number | undefined;
}

/** Shares of the memory limit. Only `undefined` means default. */
export type MemoryOptions = OptionsOf<ResolvedMemory>;

const { warnShare, replaceShare } = shares({ warnShare: 0.7, replaceShare: 0.9 });

export const memory: Rule<MemoryOptions, ResolvedMemory> = object<ResolvedMemory>(
  { warnShare, replaceShare, limitBytes: { rule: integer(1), byDefault: undefined } },
  warnsFirst,
);

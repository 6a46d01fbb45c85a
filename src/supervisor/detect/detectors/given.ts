// What the options of several detectors have in common.
import type { Declaration, OptionsOf, Path, Problem } from '../../../core/options.ts';
import { number, share } from '../../../core/rules.ts';

/** From one on a detector warns, from the other on it replaces. */
export interface Shares {
  readonly warnShare: number;
  readonly replaceShare: number;
}

/** A default that a given share excludes gives way to it. */
export function shares(defaults: Shares): Declaration<Shares> {
  return {
    warnShare: {
      rule: share(),
      byDefault: (_: unknown, { replaceShare = 1 }: Partial<Shares>) =>
        Math.min(defaults.warnShare, replaceShare),
    },
    replaceShare: {
      rule: share(),
      byDefault: ({ warnShare }: Shares) => Math.max(defaults.replaceShare, warnShare),
    },
  };
}

/** No worker is replaced before a warning. */
export function warnsFirst(
  { warnShare = 0, replaceShare = 1 }: OptionsOf<Shares>,
  path: Path,
): readonly Problem[] {
  return number(warnShare, 1).check(replaceShare, [...path, 'replaceShare']);
}

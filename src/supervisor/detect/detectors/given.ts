// What the options of all detectors have in common.
import { fraction, knownKeys } from '../../../core/validate.ts';

/** Name of a detector's options, as errors show it. */
export type OptionName = `supervisor.detect.${string}`;

/** Fills in the defaults of a detector whose thresholds don't depend on each other. */
export function complete<Resolved extends object>(
  option: OptionName,
  given: { readonly [Key in keyof Resolved]?: Resolved[Key] | undefined },
  defaults: Resolved,
): Resolved {
  knownKeys(option, given, Object.keys(defaults));
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(set) as Partial<Resolved>) };
}

/** From one on a detector warns, from the other on it replaces. */
export interface Shares {
  readonly warnShare: number;
  readonly replaceShare: number;
}

/** Fills in the defaults. A default that a given share excludes gives way to it. */
export function completeShares(
  option: OptionName,
  given: { readonly [Key in keyof Shares]?: number | undefined },
  defaults: Shares,
): Shares {
  const warnShare = fraction(
    `${option}.warnShare`,
    given.warnShare ?? Math.min(defaults.warnShare, given.replaceShare ?? 1),
  );
  const replaceShare = given.replaceShare ?? Math.max(defaults.replaceShare, warnShare);
  return { warnShare, replaceShare: fraction(`${option}.replaceShare`, replaceShare, warnShare) };
}

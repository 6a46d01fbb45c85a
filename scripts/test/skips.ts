// Which tests did not run, and whether that is allowed.
import allowed from '../../test/allowed-skips.json' with { type: 'json' };
import type { JobResult } from './job.ts';

/** A skip that a continuous-integration machine may have. */
export interface AllowedSkip {
  /** `file: name`, or how that begins. */
  readonly test: string;
  /** Why such a machine may lack what the test needs. */
  readonly reason: string;
}

export interface Skip {
  /** `file: name`. */
  readonly test: string;
  readonly reason: string;
}

export function allowedSkips(): readonly AllowedSkip[] {
  return allowed;
}

export function skipsOf(results: readonly JobResult[]): Skip[] {
  return results.flatMap(({ tests }) =>
    tests.flatMap(({ file, name, skipped, isSuite }) =>
      skipped === undefined || isSuite
        ? []
        : [{ test: `${file}: ${name}`, reason: skipped === '' ? 'no reason given' : skipped }],
    ),
  );
}

/** Skips that are not on the list. */
export function forbidden(skips: readonly Skip[], list: readonly AllowedSkip[]): Skip[] {
  return skips.filter(({ test }) => !list.some((entry) => test.startsWith(entry.test)));
}

/** How many tests were skipped for each reason, the most frequent first. */
export function groupByReason(skips: readonly Skip[]): [reason: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { reason } of skips) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

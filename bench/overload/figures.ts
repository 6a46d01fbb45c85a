// What is read out of a run.
import type { Tally } from './generator/plan.ts';
import type { Run } from './measure.ts';

/** 200s within the deadline, as a share of what could be had: of what was offered, or of the capacity if that is less. */
export function shareOfPossible(run: Run): number {
  return run.load < 1 ? shareServed(run.flood.all) : shareOfCapacity(run);
}

export function shareOfCapacity({ flood, capacityPerSecond }: Run): number {
  return flood.goodPerSecond / capacityPerSecond;
}

export function shareServed({ good, offered }: Tally): number {
  return good / offered;
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `503: 1,204, 429: 3`; a dash when there is none. */
export function describeCounts(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([what, count]) => `${what}: ${count.toLocaleString('en')}`);
  return parts.length === 0 ? '–' : parts.join(', ');
}

export function only(runs: readonly Run[], wanted: Partial<Run>): readonly Run[] {
  return runs.filter((run) =>
    Object.entries(wanted).every(([key, value]) => run[key as keyof Run] === value),
  );
}

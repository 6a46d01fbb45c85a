// Which checks ended the process for health checks. Pure.

/** The end of a process, and the checks that may have caused it. */
export interface End {
  readonly atMs: number;
  readonly suspects: readonly string[];
}

/** Ends further apart than this have nothing to do with each other, in ms. */
const RELATED_MS = 60_000;

/** After that number of related ends all that were under way each time are to blame. */
const ENDS_IN_A_ROW = 3;

/**
 * A check that is the only suspect is to blame at once. Of several, those are that were under way at each of three ends in a row: one
 * that merely waited for its answer is likely to be missing at one of them.
 *
 * @param ends All ends, the last one at the end.
 */
export function toBlame(ends: readonly End[]): readonly string[] {
  const last = ends.at(-1);
  if (last === undefined) return [];
  if (last.suspects.length === 1) return last.suspects;
  const row = ends.slice(-ENDS_IN_A_ROW);
  const isRow = row.length === ENDS_IN_A_ROW && row.every(({ atMs }) => last.atMs - atMs < RELATED_MS);
  return isRow ? last.suspects.filter((name) => row.every(({ suspects }) => suspects.includes(name))) : [];
}

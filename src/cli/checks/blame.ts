// Which checks ended the process for health checks. Pure.

/** Checks that were under way at the end of a process. */
export interface Suspects {
  readonly names: readonly string[];
  /** The one that was in its synchronous part: nothing else ran. The others only waited, and the kernel may have ended the process. */
  readonly running: string | undefined;
}

export interface End extends Suspects {
  readonly atMs: number;
}

/** Ends further apart than this have nothing to do with each other, in ms. */
const RELATED_MS = 60_000;

/** After that number of related ends, all that were under way each time are to blame. */
const ENDS_IN_A_ROW = 3;

/**
 * A check in its synchronous part is to blame at once. Otherwise those are that were under way at each of three ends in a row: one that
 * merely waited for its answer is likely to be missing at one of them.
 *
 * @param ends All ends, the last one at the end.
 */
export function toBlame(ends: readonly End[]): readonly string[] {
  const last = ends.at(-1);
  if (last === undefined) return [];
  if (last.running !== undefined) return [last.running];
  const row = ends.slice(-ENDS_IN_A_ROW);
  const isRow = row.length === ENDS_IN_A_ROW && row.every(({ atMs }) => last.atMs - atMs < RELATED_MS);
  return isRow ? last.names.filter((name) => row.every(({ names }) => names.includes(name))) : [];
}

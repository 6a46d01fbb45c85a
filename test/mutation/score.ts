// The mutation score of a folder, and whether it is good enough.

/** Minimum mutation score of every folder, in percent. */
export const LOWEST_SCORE = 80;

/** What became of a changed copy of the code. */
export interface Result {
  readonly status: string;
}

/** Percentage of valid mutants that the tests detected, rounded down to a tenth so that the record is never flattered. */
export function scoreOf(results: readonly Result[]): number {
  const count = (...statuses: readonly string[]): number =>
    results.filter(({ status }) => statuses.includes(status)).length;
  const detected = count('Killed', 'Timeout');
  const valid = detected + count('Survived', 'NoCoverage');
  return valid === 0 ? 0 : Math.floor((detected / valid) * 1000) / 10;
}

/** Compares a score with the recorded one, or only with the minimum where none is recorded. */
export function judge(
  folder: string,
  score: number,
  recorded: number | undefined,
): { readonly passes: boolean; readonly message: string } {
  const wanted = Math.max(LOWEST_SCORE, recorded ?? 0);
  const passes = score >= wanted;
  const message = passes
    ? `${folder}: the tests detect ${score} % of the mutants (at least ${wanted} % required)`
    : `${folder}: the tests detect ${score} % of the mutants, but ${wanted} % are required; add tests for the mutants above`;
  return { passes, message };
}

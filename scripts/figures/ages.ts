// Which results are outdated. Where git can't say, it stays what the page of all figures says.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commitsSince, MAX_COMMITS_SINCE, type Results } from './results.ts';

/** The page whose table of results says of each whether it is outdated. */
export const FIGURES_PAGE = 'docs/reference/figures.md';
export const OUTDATED = '**outdated**';

export interface Ages {
  /** Names of results whose code has changed a lot since. */
  readonly outdated: ReadonlySet<string>;
  /** Names of results of which git can't say it. */
  readonly unknown: readonly string[];
}

export function agesOf(results: Results): Ages {
  const outdated = new Set<string>();
  const unknown: string[] = [];
  for (const [name, result] of results) {
    const commits = commitsSince(result);
    if (commits === undefined) unknown.push(name);
    const isOutdated = commits === undefined ? isWrittenAsOutdated(name) : commits > MAX_COMMITS_SINCE;
    if (isOutdated) outdated.add(name);
  }
  return { outdated, unknown };
}

function isWrittenAsOutdated(name: string): boolean {
  const page = readFileSync(path.resolve(import.meta.dirname, '../..', FIGURES_PAGE), 'utf8');
  return page.split('\n').some((line) => line.includes(`results/${name}.md)`) && line.includes(OUTDATED));
}

// What the benchmarks have recorded in bench/results, and whether the code that they measured has changed since.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Goal, Table } from '../../bench/lib/benchmark.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const FOLDER = path.join(repository, 'bench/results');

/**
 * Commits to the measured code after which a result is outdated. Pages say so from then on, until it is measured again.
 * About a week of work on one part.
 */
export const MAX_COMMITS_SINCE = 50;

/** A file of bench/results. */
export interface Recorded {
  readonly name: string;
  /** Command that measures it again. */
  readonly command: string;
  readonly quick: boolean;
  /** Folders of the source code that the figures depend on. */
  readonly measures: readonly string[];
  readonly spread: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly goals: readonly Goal[];
  readonly tables: readonly Table[];
}

export type Results = ReadonlyMap<string, Recorded>;

export function readResults(): Results {
  const files = globSync('*.json', { cwd: FOLDER }).toSorted();
  const results = files.map((file) => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Recorded);
  return new Map(results.map((result) => [result.name, result]));
}

/**
 * Commits to the measured code since the result, tests apart. Undefined where git can't say: in a package, or in a clone
 * whose history doesn't reach back to the commit.
 */
export function commitsSince({ environment, measures }: Recorded): number | undefined {
  const [commit = ''] = environment['commit']?.split(' ') ?? [];
  const { status, stdout } = spawnSync(
    'git',
    ['rev-list', '--count', `${commit}..HEAD`, '--', ...measures, ':(exclude)*.test.ts'],
    { cwd: repository, encoding: 'utf8' },
  );
  return status === 0 ? Number(stdout.trim()) : undefined;
}

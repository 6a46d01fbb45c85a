// `npm run test:mutation [-- admission/limit …] [--incremental] [--record]`: Stryker makes many copies of the code, each with
// one small change (a mutant), and the unit tests beside the code should fail for each. The command prints the mutants that no
// test detects, and exits with 1 when a folder scores less than scores.json records. `--incremental` only tests what has changed
// since the last run with it; `--record` writes the scores. Stryker's reports go to `.cache/mutation`.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { judge, LOWEST_SCORE, type Result, scoreOf } from './score.ts';

/** Folders of pure code below `src`. */
const FOLDERS = ['admission/limit', 'cache/policy', 'supervisor/detect/detectors'] as const;
type Folder = (typeof FOLDERS)[number];
type Options = NonNullable<ConstructorParameters<typeof Stryker>[0]>;

const ROOT = path.resolve(import.meta.dirname, '../..');
const SCORES = path.join(import.meta.dirname, 'scores.json');

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { incremental: { type: 'boolean' }, record: { type: 'boolean' } },
});
const folders = positionals.length === 0 ? FOLDERS : positionals.map(known);
const recorded = JSON.parse(readFileSync(SCORES, 'utf8')) as Partial<Record<Folder, number>>;

process.chdir(ROOT);
for (const folder of folders) {
  const results = await mutate(folder);
  for (const result of results) if (isUndetected(result)) console.log(describe(result));
  const score = scoreOf(results);
  const { passes, message } = judge(folder, score, flags.record ? undefined : recorded[folder]);
  console.log(`\n${message}\n`);
  if (!passes) process.exitCode = 1;
  // In whole percent: a mutant more or less, as when the code changes, is no drop.
  if (flags.record) recorded[folder] = Math.floor(score);
}
if (flags.record) writeFileSync(SCORES, `${JSON.stringify(recorded, null, 2)}\n`);

function known(name: string): Folder {
  const folder = FOLDERS.find((each) => each === name);
  if (folder === undefined) {
    console.error(`test:mutation: unknown folder ${name}; choose from ${FOLDERS.join(', ')}`);
    process.exit(2);
  }
  return folder;
}

function mutate(folder: Folder): ReturnType<Stryker['runMutationTest']> {
  const reports = path.join('.cache/mutation', folder);
  return new Stryker({
    mutate: [`src/${folder}/**/*.ts`, '!**/*.test.ts'],
    testRunner: 'unit-tests',
    plugins: [import.meta.resolve('./runner.ts')],
    testFiles: [`src/${folder}/**/*.test.ts`],
    // Only what the tests import is copied; packages are found in the checkout, which the copy is a part of.
    ignorePatterns: ['**', '!package.json', '!src/**', '!test/harness/histories.ts'],
    symlinkNodeModules: false,
    tempDirName: path.join(reports, 'copy'),
    cleanTempDir: 'always',
    incremental: flags.incremental ?? false,
    incrementalFile: path.join(reports, 'incremental.json'),
    reporters: [process.stdout.isTTY ? 'progress' : 'progress-append-only', 'html', 'json'],
    htmlReporter: { fileName: path.join(reports, 'report.html') },
    jsonReporter: { fileName: path.join(reports, 'report.json') },
    // An own check takes the place of Stryker's.
    thresholds: { high: LOWEST_SCORE, low: LOWEST_SCORE, break: null },
    concurrency: 2,
    logLevel: 'warn' as NonNullable<Options['logLevel']>,
    // A test that only waits for what never comes; on a busy machine too.
    timeoutMS: 10_000,
  }).runMutationTest();
}

function isUndetected({ status }: Result): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

function describe(result: Awaited<ReturnType<typeof mutate>>[number]): string {
  const { fileName, location, mutatorName, replacement, status } = result;
  const place = `${path.relative(ROOT, fileName)}:${location.start.line}:${location.start.column}`;
  return `${status} ${place} ${mutatorName}: ${(replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 100)}`;
}

// What a run prints: a line for each file, why it failed, and the verdict over all.
import { budgetOf } from './budgets.ts';
import type { JobResult } from './job.ts';
import { type AllowedSkip, forbidden, groupByReason, skipsOf } from './skips.ts';

const NAME_WIDTH = 64;

/** Files of the list of the slowest. */
const SLOWEST = 10;

/** Lines of a failure that are printed. */
const MAX_LINES = 150;

export function lineOf({ job, passed, seconds, cpuSeconds, tests }: JobResult): string {
  const counted = tests.filter(({ isSuite }) => !isSuite);
  const skipped = counted.filter((test) => test.skipped !== undefined).length;
  const what = [
    `CPU ${cpuSeconds.toFixed(1)} s`,
    job.reportsTests ? `${counted.length - skipped} tests` : '',
    skipped > 0 ? `${skipped} skipped` : '',
    seconds > job.budgetSeconds ? `over its budget of ${job.budgetSeconds} s` : '',
  ];
  const verdict = passed ? 'ok    ' : 'FAILED';
  const details = what.filter((word) => word !== '').join(', ');
  return `${verdict} ${job.name.padEnd(NAME_WIDTH)} ${seconds.toFixed(1).padStart(6)} s  ${details}`;
}

/** Files of a group that take less than this many seconds have no line of their own. */
const QUICK_SECONDS = 0.3;

/** A line for the job, and one for each file of a group that is not over at once. */
export function linesOf(result: JobResult): string[] {
  const files = filesOf(result).filter(({ seconds }) => seconds >= QUICK_SECONDS);
  return [
    lineOf(result),
    ...files.map(({ file, seconds, budgetSeconds }) => {
      const verdict = seconds > budgetSeconds ? `  over its budget of ${budgetSeconds} s` : '';
      return `         ${file.padEnd(NAME_WIDTH - 2)} ${seconds.toFixed(1).padStart(6)} s${verdict}`;
    }),
  ];
}

/** A file of a group, with the time of its tests, which run one after the other. */
interface FileTime {
  readonly file: string;
  readonly seconds: number;
  readonly budgetSeconds: number;
}

function filesOf({ job, tests }: JobResult): FileTime[] {
  return (job.files ?? []).map((file) => {
    const outermost = tests.filter((test) => test.isOutermost && test.file === file);
    const seconds = outermost.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
    return { file, seconds, budgetSeconds: budgetOf(file) };
  });
}

/** The output of a job that failed; of tests, what node:test prints of those that failed. */
export function failureOf({ job, output }: JobResult): string {
  const failing = job.reportsTests ? output.lastIndexOf('failing tests:') : -1;
  const lines = (failing === -1 ? output : output.slice(failing)).trimEnd().split('\n');
  const left = lines.length - MAX_LINES;
  const shown = left > 0 ? [...lines.slice(0, MAX_LINES), `… and ${left} more lines`] : lines;
  return shown.map((line) => `       ${line}`).join('\n');
}

export interface Run {
  readonly isCi: boolean;
  readonly seconds: number;
  readonly seed: number;
  /** What could not be had, so that whole jobs are left out. */
  readonly missing: readonly string[];
  /** Skips that are no problem with CI set. */
  readonly allowed: readonly AllowedSkip[];
  readonly listsNames: boolean;
}

/** The end of a run. On a continuous-integration machine nothing may be skipped, and no file may take too long. */
export function summarize(
  results: readonly JobResult[],
  { isCi, seconds, seed, missing, allowed, listsNames }: Run,
): { readonly passed: boolean; readonly text: string } {
  const tests = results.flatMap((result) => result.tests.filter(({ isSuite }) => !isSuite));
  const failed = results.filter(({ passed }) => !passed);
  const times = results.flatMap((result): FileTime[] => [
    { file: result.job.name, seconds: result.seconds, budgetSeconds: result.job.budgetSeconds },
    ...filesOf(result),
  ]);
  const slow = times.filter(({ seconds: took, budgetSeconds }) => took > budgetSeconds);
  const skips = skipsOf(results);
  const notAllowed = forbidden(skips, allowed);
  const lines: string[] = [''];
  if (listsNames) lines.push(...tests.map(({ file, name }) => `${file}: ${name}`).toSorted(), '');
  lines.push('Slowest:');
  for (const result of results.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST)) {
    lines.push(`  ${result.seconds.toFixed(1).padStart(6)} s  ${result.job.name}`);
  }
  if (skips.length > 0 || missing.length > 0) {
    lines.push('', `Skipped (${notAllowed.length} of ${skips.length} not on the list of allowed skips):`);
    for (const [reason, count] of groupByReason(skips))
      lines.push(`  ${String(count).padStart(4)}  ${reason}`);
    for (const line of missing) lines.push(`        ${line}`);
  }
  if (slow.length > 0) lines.push('', 'Over budget (scripts/test/budgets.ts):');
  for (const { file, seconds: took, budgetSeconds } of slow) {
    lines.push(`  ${file}: ${took.toFixed(1)} s of ${budgetSeconds} s`);
  }
  if (failed.length > 0) lines.push('', 'Failed:', ...failed.map(({ job }) => `  ${job.name}`));
  const problems = [
    failed.length > 0 ? `${failed.length} of ${results.length} jobs failed` : '',
    isCi && notAllowed.length + missing.length > 0 ? 'skips are not allowed with CI set' : '',
    isCi && slow.length > 0 ? `${slow.length} over budget` : '',
  ].filter((problem) => problem !== '');
  const minutes = `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  const repeat = `npm test -- --seed ${seed}`;
  lines.push(
    '',
    `${tests.length - skips.length} tests ran, ${skips.length} skipped, in ${minutes}: ${
      problems.length === 0 ? 'passed' : `${problems.join('; ')} (again with the same seed: ${repeat})`
    }`,
  );
  return { passed: problems.length === 0, text: lines.join('\n') };
}

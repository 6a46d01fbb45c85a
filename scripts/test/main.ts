// `npm test`: builds once, runs every stage, prints what each file took, and fails for any test that failed, for a file
// over its budget and, with CI set, for any test that was skipped.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { endJobs, type JobResult, runJob } from './job.ts';
import { needsBuild, plan, runsOnOlder, STAGE_NAMES } from './plan.ts';
import { build, installOlder } from './prepare.ts';
import { runAll } from './schedule.ts';
import { allowedSkips } from './skips.ts';
import { OLDER, OLDER_SHARE, repository } from './stages.ts';
import { failureOf, linesOf, summarize } from './summary.ts';

const USAGE = `npm test -- [stage ...] [part of a file name ...] [--seed <number>] [--names]

Stages: ${STAGE_NAMES.join(', ')}. Without one, all of them.
  --seed <number>  repeat a run whose tests drew these random numbers
  --names          print the name of each test that ran`;

/** Signals that end a run early, with every process that it has started. */
const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const MAX_SEED = 2 ** 31;

interface Arguments {
  readonly stages: ReadonlySet<string>;
  /** Parts of file names; empty for all files. */
  readonly parts: readonly string[];
  readonly seed: number;
  readonly listsNames: boolean;
}

process.exitCode = await main();

async function main(): Promise<number> {
  process.chdir(repository);
  const given = readArguments();
  if (typeof given === 'string') {
    console.error(`${given}\n\n${USAGE}`);
    return 2;
  }
  for (const signal of ENDS) {
    process.once(signal, () => {
      endJobs();
      process.exit(1);
    });
  }
  const { stages, parts, seed, listsNames } = given;
  process.env['RESPITE_TEST_SEED'] = String(seed);
  const cores = availableParallelism();
  console.log(`Node.js ${process.versions.node}, ${cores} cores, seed ${seed}`);

  if (runsOnOlder(stages)) {
    const versions = OLDER.join(' and ');
    console.log(`on Node.js ${versions}, ${100 * OLDER_SHARE} % of the random histories`);
  }

  const started = performance.now();
  const results: JobResult[] = [];
  const end = (result: JobResult): void => {
    results.push(result);
    for (const line of linesOf(result)) console.log(line);
    if (!result.passed) console.log(failureOf(result));
  };
  const [isBuilt, older] = await Promise.all([
    needsBuild(stages) ? build(end) : true,
    installOlder(runsOnOlder(stages) ? OLDER : []),
  ]);
  // An older build must not be tested in place of one that failed.
  const ready = isBuilt ? stages : new Set([...stages].filter((stage) => !needsBuild(new Set([stage]))));
  const jobs = plan(ready, parts, older.paths);
  if (jobs.length === 0 && isBuilt) {
    console.error(`no test file has ${parts.join(' or ')} in its name\n\n${USAGE}`);
    return 2;
  }
  await runAll(jobs, cores, runJob, end);
  const { passed, text } = summarize(results, {
    isCi: process.env['CI'] !== undefined,
    seconds: (performance.now() - started) / 1000,
    seed,
    missing: older.missing,
    allowed: allowedSkips(),
    listsNames,
  });
  console.log(text);
  return passed ? 0 : 1;
}

/** A text says what is wrong. */
function readArguments(): Arguments | string {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { seed: { type: 'string' }, names: { type: 'boolean', default: false } },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { positionals, values } = parsed;
  const seed = Number(
    values.seed ?? process.env['RESPITE_TEST_SEED'] ?? Math.floor(Math.random() * MAX_SEED),
  );
  if (!Number.isInteger(seed) || seed < 0 || seed >= MAX_SEED) {
    return `--seed must be a whole number from 0 to ${MAX_SEED - 1}, got ${values.seed}`;
  }
  const named = positionals.filter((word) => STAGE_NAMES.includes(word));
  return {
    stages: new Set(named.length === 0 ? STAGE_NAMES : named),
    parts: positionals.filter((word) => !STAGE_NAMES.includes(word)),
    seed,
    listsNames: values.names,
  };
}

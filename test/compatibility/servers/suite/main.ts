// `npm run test:compat [-- --core] [--record] [beginning of a name …]`: installs real servers of npm into this folder and checks that
// each works under `respite run` as without it. `--core`: the few of continuous integration. `--record` writes what was found, and
// the page docs/reference/compatibility.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { repository } from '../../../harness/nodes.ts';
import { type Baseline, baselineOf, type Problem, problemUnderRespite } from './check.ts';
import { SERVERS } from './catalog.ts';
import { versionOf } from './lockfile.ts';
import { build, install } from './prepare.ts';
import { PAGE, pageOf, readResults, type Result, RESULTS } from './results.ts';
import { freePort } from './start.ts';
import { type Server, WORKER_COUNTS, type WorkerCount } from './server.ts';

/** Output of servers that do not work. */
const LOGS = '.cache/compatibility';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { core: { type: 'boolean' }, record: { type: 'boolean' } },
});
const chosen = SERVERS.filter(
  ({ name, folder, core }) =>
    (!flags.core || core) &&
    (positionals.length === 0 ||
      positionals.some((part) => `${folder} ${name}`.toLowerCase().startsWith(part))),
);
if (chosen.length === 0) {
  console.error(
    `test:compat: no such server; there are\n${SERVERS.map(({ name }) => `  ${name}`).join('\n')}`,
  );
  process.exit(2);
}

process.chdir(repository);
await install(chosen);
const results: Record<string, Result> = { ...readResults() };
for (const [index, server] of chosen.entries()) {
  console.log(`[${index + 1}/${chosen.length}] ${server.name}, ${server.package} ${versionOf(server)}`);
  const fails = await check(server);
  if (fails === undefined) {
    process.exitCode = 1;
  } else if (flags.record) {
    results[server.name] = resultOf(server, fails);
    writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
    writeFileSync(PAGE, pageOf(SERVERS, results));
  }
}

/** @returns With how many workers it fails as its entry says; undefined when something else was found than that. */
async function check(server: Server): Promise<Result['fails'] | undefined> {
  const port = await freePort();
  let baseline: Baseline;
  try {
    await build(server);
    baseline = await baselineOf(server, port);
  } catch (error) {
    console.log(`  does not run without Respite: ${(error as Error).message}`);
    return undefined;
  }
  const fails: Partial<Record<WorkerCount, string>> = {};
  let isAsKnown = true;
  for (const workers of WORKER_COUNTS) {
    const startedMs = performance.now();
    const problem = await problemUnderRespite(server, port, workers, baseline);
    const known = server.fails?.workers.includes(workers) ? server.fails.because : undefined;
    if (known !== undefined) fails[workers] = known;
    const found = problem?.message ?? 'works';
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.log(`  --workers ${workers}, ${seconds} s: ${found}`);
    if (problem !== undefined) logTranscript(server, workers, problem);
    if ((problem === undefined) === (known === undefined)) continue;
    isAsKnown = false;
    if (known !== undefined) console.log('  its entry says that it does not: remove "fails"');
  }
  return isAsKnown ? fails : undefined;
}

function logTranscript({ folder }: Server, workers: WorkerCount, { transcript }: Problem): void {
  mkdirSync(LOGS, { recursive: true });
  const file = path.join(LOGS, `${folder}-${workers}.log`);
  writeFileSync(file, transcript);
  console.log(`  its output: ${file}`);
}

function resultOf(server: Server, fails: Result['fails']): Result {
  return {
    version: versionOf(server),
    testedOn: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    fails,
  };
}

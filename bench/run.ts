// `npm run bench -- <name> [--quick] [--save]`: runs one benchmark and says whether its goals hold.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { accept } from './accept/bench.ts';
import { killed } from './killed/bench.ts';
import type { Benchmark } from './lib/benchmark.ts';
import { describePinning, pinThisProcess } from './lib/pinning.ts';
import { endAll, endAllOnSignals } from './lib/processes.ts';
import { allHold, renderText, save } from './lib/results.ts';
import { repository } from './lib/server.ts';
import { overhead } from './overhead/bench.ts';
import { refusal } from './refusal/bench.ts';
import { rolling } from './rolling/bench.ts';
import { startup } from './startup/bench.ts';

const BENCHMARKS: readonly Benchmark[] = [overhead, accept, startup, refusal, rolling, killed];

const USAGE = 'npm run bench -- <name> [--quick] [--save]';

interface Request {
  readonly name: string | undefined;
  readonly quick: boolean;
  readonly save: boolean;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const request = readArguments();
  if (typeof request === 'string') return refuse(request);
  if (request.name === undefined) {
    list();
    return 0;
  }
  const benchmark = BENCHMARKS.find(({ name }) => name === request.name);
  if (benchmark === undefined) return refuse(`there is no benchmark '${request.name}'`);
  endAllOnSignals();
  build();
  return await run(benchmark, request);
}

async function run(benchmark: Benchmark, request: Request): Promise<number> {
  const { name, summary } = benchmark;
  if (benchmark.pinned) pinThisProcess();
  console.log(`${name}: ${summary}`);
  console.log(`pinning: ${benchmark.pinned ? describePinning() : 'none, on purpose'}`);
  const { quick } = request;
  const startedMs = performance.now();
  try {
    const say = (line: string): void => {
      console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${line}`);
    };
    const outcome = await benchmark.run({ quick, say });
    const result = { name, summary, quick, outcome };
    console.log(`\n${renderText(result)}`);
    if (request.save) save(result);
    return allHold(outcome) ? 0 : 1;
  } finally {
    await endAll();
  }
}

function readArguments(): Request | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { quick: { type: 'boolean', default: false }, save: { type: 'boolean', default: false } },
    });
    if (positionals.length > 1) return 'one benchmark at a time';
    return { name: positionals[0], ...values };
  } catch (error) {
    return error instanceof Error ? (error.message.split('.')[0] ?? '') : String(error);
  }
}

function refuse(why: string): number {
  const names = BENCHMARKS.map(({ name }) => name).join(', ');
  console.error(`bench: ${why}; ${USAGE}, where <name> is one of ${names}`);
  return 2;
}

function list(): void {
  console.log(`${USAGE}\n`);
  for (const { name, summary } of BENCHMARKS) console.log(`  ${name.padEnd(10)}${summary}`);
}

function build(): void {
  console.log('building dist');
  const { status } = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: repository, stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed');
}

// Runs one benchmark and says whether its goals hold.
import { parseArgs } from 'node:util';
import { accept } from './accept/bench.ts';
import { attacks } from './attacks/bench.ts';
import { backpressure } from './backpressure/bench.ts';
import { balancers } from './balancers/bench.ts';
import { cache } from './cache/bench.ts';
import { client } from './client/bench.ts';
import { conformance } from './conformance/bench.ts';
import { consolePage } from './console/bench.ts';
import { footprint } from './footprint/bench.ts';
import { gate } from './gate/bench.ts';
import { killed } from './killed/bench.ts';
import { generator } from './generator/bench.ts';
import { feedback } from './feedback/bench.ts';
import { headroom } from './headroom/bench.ts';
import type { Benchmark, Filters } from './lib/benchmark.ts';
import { describePinning, pinThisProcess } from './lib/pinning.ts';
import { endAll, endAllOnSignals } from './lib/processes.ts';
import { allHold, renderText, save } from './lib/results.ts';
import { outage } from './outage/bench.ts';
import { outbound } from './outbound/bench.ts';
import { overhead } from './overhead/bench.ts';
import { overload } from './overload/bench.ts';
import { prefetch } from './prefetch/bench.ts';
import { quarantine } from './quarantine/bench.ts';
import { refusal } from './refusal/bench.ts';
import { refusalRate } from './refusal-rate/bench.ts';
import { requestCost } from './request-cost/bench.ts';
import { rolling } from './rolling/bench.ts';
import { standby } from './standby/bench.ts';
import { startup } from './startup/bench.ts';
import { telemetry } from './telemetry/bench.ts';
import { tune } from './tune/bench.ts';
import { watchdog } from './watchdog/bench.ts';

const BENCHMARKS: readonly Benchmark[] = [
  overhead,
  overload,
  refusalRate,
  requestCost,
  gate,
  accept,
  startup,
  refusal,
  rolling,
  balancers,
  generator,
  feedback,
  headroom,
  killed,
  standby,
  attacks,
  quarantine,
  prefetch,
  backpressure,
  footprint,
  watchdog,
  consolePage,
  cache,
  client,
  conformance,
  outage,
  outbound,
  telemetry,
  tune,
];

const USAGE = 'npm run bench -- <name> [filters] [--quick] [--save]';

interface Request {
  readonly name: string | undefined;
  readonly quick: boolean;
  readonly save: boolean;
  /** As typed, for any benchmark. */
  readonly filters: Filters;
}

/** The exit code. */
export async function main(): Promise<number> {
  const request = readArguments();
  if (typeof request === 'string') return refuse(request);
  if (request.name === undefined) {
    list();
    return 0;
  }
  const benchmark = BENCHMARKS.find(({ name }) => name === request.name);
  if (benchmark === undefined) return refuse(`there is no benchmark '${request.name}'`);
  const problem = findProblem(benchmark, request.filters);
  if (problem !== undefined) return refuse(problem);
  endAllOnSignals();
  return await run(benchmark, request);
}

async function run(benchmark: Benchmark, request: Request): Promise<number> {
  const { name, summary } = benchmark;
  if (benchmark.pinned) pinThisProcess();
  console.log(`${name}: ${summary}`);
  console.log(`pinning: ${benchmark.pinned ? describePinning() : 'none, on purpose'}`);
  const { quick, filters } = request;
  const startedMs = performance.now();
  try {
    const say = (line: string): void => {
      console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${line}`);
    };
    const outcome = await benchmark.run({ quick, filters, say });
    const result = { benchmark, command: commandOf(request), quick, outcome };
    console.log(`\n${renderText(result)}`);
    if (request.save) save(result);
    return allHold(outcome) ? 0 : 1;
  } finally {
    await endAll();
  }
}

/** As somebody would type it to repeat the run. */
function commandOf({ name, quick, filters }: Request): string {
  const options = Object.entries(filters).map(([filter, values]) => ` --${filter} ${values.join(',')}`);
  return `npm run bench -- ${name}${options.join('')}${quick ? ' --quick' : ''} --save`;
}

function readArguments(): Request | string {
  try {
    const names = BENCHMARKS.flatMap(({ filters = {} }) => Object.keys(filters));
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ...Object.fromEntries(names.map((filter) => [filter, { type: 'string' } as const])),
        quick: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
      },
    });
    if (positionals.length > 1) return 'one benchmark at a time';
    const { quick, save: saves, ...filters } = values;
    return {
      name: positionals[0],
      quick,
      save: saves,
      filters: Object.fromEntries(
        Object.entries(filters).map(([filter, typed]) => [filter, String(typed).split(',')]),
      ),
    };
  } catch (error) {
    return error instanceof Error ? (error.message.split('.')[0] ?? '') : String(error);
  }
}

/** A filter that this benchmark does not have, or a value that the filter does not take. */
function findProblem({ name, filters: known = {} }: Benchmark, filters: Filters): string | undefined {
  for (const [filter, values] of Object.entries(filters)) {
    const allowed = known[filter];
    if (allowed === undefined) return `'${name}' has no --${filter}`;
    const unknown = values.find((value) => !allowed.includes(value));
    if (unknown !== undefined) return `--${filter} takes ${allowed.join(',')}, not '${unknown}'`;
  }
  return undefined;
}

function refuse(why: string): number {
  const names = BENCHMARKS.map(({ name }) => name).join(', ');
  console.error(`bench: ${why}; ${USAGE}, where <name> is one of ${names}`);
  return 2;
}

function list(): void {
  console.log(`${USAGE}\n`);
  for (const { name, summary, filters = {} } of BENCHMARKS) {
    console.log(`  ${name.padEnd(14)}${summary}`);
    for (const [filter, values] of Object.entries(filters)) {
      console.log(`${' '.repeat(16)}--${filter} ${values.join(',')}`);
    }
  }
}

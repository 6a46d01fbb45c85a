// `npm run bench -- <name> [filters] [--quick] [--save]`: builds, and then runs one benchmark.
import { spawnSync } from 'node:child_process';
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
import { repository } from './lib/server.ts';
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
import path from 'node:path';

const isToRun = process.argv.slice(2).some((argument) => !argument.startsWith('-'));
if (isToRun) build();
// Not before: benchmarks import `respite/…`, and would measure the build before this one.
const { main } = await import('./main.ts');
process.exitCode = await main();

function build(): void {
  console.log('building dist');
  const cwd = path.join(import.meta.dirname, '..');
  const { status } = spawnSync(process.execPath, ['scripts/build.ts'], { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed');
}

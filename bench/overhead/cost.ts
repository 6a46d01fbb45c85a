// Throughput, and the processor time of a request.
import type { Context, Side } from '../lib/benchmark.ts';
import { chooseGenerator, closedLoop, type Throughput } from '../lib/closed-loop.ts';
import { percent, perSecond } from '../lib/format.ts';
import { interleave, type Pair, type Pairs } from '../lib/interleave.ts';
import { runSeconds } from '../lib/process-figures.ts';
import type { Instances, Workload } from './workloads.ts';

const CONNECTIONS = 32;

/** To each of both sides, when both are under load at once. */
const CONNECTIONS_OF_EACH = 16;

const BODY_BYTES = 'Hello, World!'.length;

export interface CostSettings {
  /** A single pair of short runs scatters by 10 %, so that it takes many to tell 0.97 from 0.99. */
  readonly throughputPairs: number;
  readonly cpuPairs: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

type Load = (side: Side, round: number, connections: number, seconds: number) => Promise<Throughput>;

function loadOf({ newConnections }: Workload, instances: Instances): Load {
  const generator = chooseGenerator();
  return (side, round, connections, seconds) => {
    const { port } = instances.of(side, round);
    return closedLoop(generator, { port, bodyBytes: BODY_BYTES, connections, seconds, newConnections });
  };
}

export async function warmUp(workload: Workload, instances: Instances, seconds: number): Promise<void> {
  const load = loadOf(workload, instances);
  for (const round of instances.rounds) {
    await load('bare', round, CONNECTIONS, seconds);
    await load('respite', round, CONNECTIONS, seconds);
  }
}

/** One side after the other, each with the whole core. */
export async function measureThroughput(
  { say }: Context,
  settings: CostSettings,
  workload: Workload,
  instances: Instances,
): Promise<Pairs<Throughput>> {
  const load = loadOf(workload, instances);
  return interleave(
    settings.throughputPairs,
    async (side, round) => {
      const result = await load(side, round, CONNECTIONS, settings.seconds);
      const { server, load: loadCore } = result.cores;
      say(
        `${workload.name}, throughput ${round + 1} ${side.padEnd(7)} ${perSecond(result.perSecond)}, server's core ` +
          `${percent(server)} busy, load's ${percent(loadCore)}${result.isVoid ? ', INVALID' : ''}`,
      );
      return result;
    },
    ({ isVoid }) => isVoid,
  );
}

/**
 * Both sides in the same seconds, so that what disturbs the machine disturbs both alike; they share the server's core.
 *
 * @returns Microseconds of processor time that a request takes, all threads of the process together.
 */
export async function measureCpu(
  { say }: Context,
  settings: CostSettings,
  workload: Workload,
  instances: Instances,
): Promise<readonly Pair<number>[]> {
  const load = loadOf(workload, instances);
  const pairs: Pair<number>[] = [];
  const microseconds = async (side: Side, round: number): Promise<number> => {
    const { pid } = instances.of(side, round);
    const before = runSeconds(pid);
    const { answers } = await load(side, round, CONNECTIONS_OF_EACH, settings.seconds);
    return ((runSeconds(pid) - before) / answers) * 1e6;
  };
  for (let round = 0; round < settings.cpuPairs; round += 1) {
    const [bare, respite] = await Promise.all([microseconds('bare', round), microseconds('respite', round)]);
    say(
      `${workload.name}, processor ${round + 1}: bare ${bare.toFixed(1)} µs, respite ${respite.toFixed(1)} µs`,
    );
    pairs.push({ bare, respite });
  }
  return pairs;
}

// Processor time of a request to both sides in the same second, and how much of that second the machine had for something else.
import { readFileSync } from 'node:fs';
import type { Side } from '../lib/benchmark.ts';
import { closedLoop } from '../lib/closed-loop.ts';
import type { Pair } from '../lib/interleave.ts';
import { runSeconds } from '../lib/process-figures.ts';
import type { Instances } from '../overhead/workloads.ts';

/** To each of both sides. */
const CONNECTIONS = 16;

const BODY_BYTES = 'Hello, World!'.length;

/** `USER_HZ` of Linux. */
const TICKS_PER_SECOND = 100;

export interface Second {
  /** Microseconds of a request. */
  readonly cpu: Pair<number>;
  /** Cores that processes had which are not of this measurement. */
  readonly foreignCores: number;
}

/** Load on both sides at once. The generator is always our own: machines with wrk and without it have the same figures. */
export async function measureSecond(instances: Instances, round: number, seconds: number): Promise<Second> {
  const sides = { bare: instances.of('bare', round), respite: instances.of('respite', round) };
  const pids = [sides.bare.pid, sides.respite.pid, sides.respite.server.pid];
  const load = async (side: Side): Promise<number> => {
    const { port, pid } = sides[side];
    const before = runSeconds(pid);
    const { answers } = await closedLoop('own', {
      port,
      bodyBytes: BODY_BYTES,
      connections: CONNECTIONS,
      seconds,
    });
    return ((runSeconds(pid) - before) / answers) * 1e6;
  };
  const own = (): number => pids.reduce((total, pid) => total + runSeconds(pid), generatorSeconds());
  const [beganMs, busyBefore, ownBefore] = [performance.now(), busySeconds(), own()];
  const [bare, respite] = await Promise.all([load('bare'), load('respite')]);
  const elapsed = (performance.now() - beganMs) / 1000;
  const foreignSeconds = busySeconds() - busyBefore - (own() - ownBefore);
  return { cpu: { bare, respite }, foreignCores: Math.max(0, foreignSeconds / elapsed) };
}

function generatorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Of all cores: all but idle and iowait, fields 4 and 5 of proc_stat(5); what follows the eighth is counted before. */
function busySeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  return (
    ticks.reduce((total, each, field) => (field === 3 || field === 4 ? total : total + each), 0) /
    TICKS_PER_SECOND
  );
}

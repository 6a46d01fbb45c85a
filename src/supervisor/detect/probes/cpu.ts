// How much the processors of the machine, and of the control group, have to do.
import { availableParallelism, loadavg } from 'node:os';
import { controlGroups } from './control-group.ts';
import { fieldOf, type ReadFile, readShort } from './proc.ts';

export interface CpuReading {
  readonly cores: number;
  /** Processes that run or want to, on average over a minute. */
  readonly load: number;
  /** How long the control group has been held back by its limit since it began; undefined without one. */
  readonly throttledMs: number | undefined;
}

export function readCpu(readFile: ReadFile = readShort): CpuReading {
  const throttled = controlGroups('cpu', readFile).map(({ folder }) =>
    throttledMs(readFile(`${folder}/cpu.stat`)),
  );
  const [load = 0] = loadavg();
  return {
    cores: availableParallelism(),
    load,
    throttledMs: throttled.find((each) => each !== undefined),
  };
}

/** `throttled_usec` of v2, `throttled_time` (in nanoseconds) of v1. */
function throttledMs(stat: string | undefined): number | undefined {
  const micro = fieldOf(stat, 'throttled_usec');
  const nano = fieldOf(stat, 'throttled_time');
  if (micro !== undefined) return micro / 1e3;
  return nano === undefined ? undefined : nano / 1e6;
}

/** What a process has had of processors since its start, in seconds; undefined where that is unknown. */
export function cpuSecondsOf(pid: number): number | undefined {
  const stat = readShort(`/proc/${pid}/stat`) ?? '';
  // The name of the process may have anything in it, unlike what follows its last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  // USER_HZ is 100 on every architecture that Node.js runs on.
  return Number.isNaN(ticks) ? undefined : ticks / 100;
}

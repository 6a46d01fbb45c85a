// How much the processors of the machine, and of the control group, have to do.
import { availableParallelism, loadavg } from 'node:os';
import { read } from './proc.ts';
import type { ReadFile } from './memory.ts';

export interface CpuReading {
  readonly cores: number;
  /** Processes that run or want to, on average over a minute. */
  readonly load: number;
  /** How long the control group has been held back by its limit since it began; undefined without one. */
  readonly throttledMs: number | undefined;
}

/** `throttled_usec` of v2, `throttled_time` (in nanoseconds) of v1, in `cpu.stat` of the process's own group. */
export function parseThrottledMs(stat: string): number | undefined {
  const micro = /^throttled_usec (\d+)/m.exec(stat)?.[1];
  const nano = /^throttled_time (\d+)/m.exec(stat)?.[1];
  if (micro !== undefined) return Number(micro) / 1e3;
  return nano === undefined ? undefined : Number(nano) / 1e6;
}

export async function readCpu(readFile: ReadFile = read): Promise<CpuReading> {
  const groups = (await readFile('/proc/self/cgroup')) ?? '';
  const unified = /^0::(\/.*)$/m.exec(groups)?.[1] ?? '/';
  const legacy = /^\d+:(?:[^:]*,)?cpu(?:,[^:]*)?:(\/.*)$/m.exec(groups)?.[1];
  const files = [
    `/sys/fs/cgroup${unified}/cpu.stat`,
    '/sys/fs/cgroup/cpu.stat',
    ...(legacy === undefined ? [] : [`/sys/fs/cgroup/cpu${legacy}/cpu.stat`]),
  ];
  const stats = await Promise.all(files.map((file) => readFile(file)));
  const throttled = stats.flatMap((stat) => (stat === undefined ? [] : (parseThrottledMs(stat) ?? [])));
  const [load = 0] = loadavg();
  return { cores: availableParallelism(), load, throttledMs: throttled[0] };
}

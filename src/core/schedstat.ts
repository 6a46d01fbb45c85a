// What Linux knows of a thread's time, exact to the nanosecond: /proc/<pid>/task/<tid>/schedstat (Documentation/scheduler/sched-stats.rst).
import { readFileSync } from 'node:fs';

/** Nanoseconds on a processor, and in a run queue, since the thread began. */
export interface ThreadTimes {
  readonly ranNs: number;
  readonly waitedNs: number;
}

/** Undefined where the kernel keeps no such figures. */
export function parseSchedstat(text: string): ThreadTimes | undefined {
  const [, ran, waited] = /^(\d+) (\d+) /.exec(text) ?? [];
  return waited === undefined ? undefined : { ranNs: Number(ran), waitedNs: Number(waited) };
}

/** Undefined for a thread that has ended, and where there is no /proc. The main thread has the number of its process. */
export function readSchedstat(pid: number | 'self', thread: number | string): ThreadTimes | undefined {
  try {
    return parseSchedstat(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1'));
  } catch {
    return undefined;
  }
}

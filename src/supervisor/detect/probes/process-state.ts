// What Linux tells of a process that says nothing itself.
import { readSchedstat } from '../../../core/schedstat.ts';
import { readShort } from './proc.ts';

/** States of proc(5): stopped by a signal, stopped by a debugger. */
const HELD = new Set(['T', 't']);

/** Whether a process is stopped, by SIGSTOP for example. False where that is unknown. */
export function isStopped(pid: number): boolean {
  return HELD.has(fieldsOf(pid)[0] ?? '');
}

/** The leader of the process group that a process is in; undefined where that is unknown. */
export function groupOf(pid: number): number | undefined {
  const leader = fieldsOf(pid)[2];
  return leader === undefined ? undefined : Number(leader);
}

/** When a process began, in clock ticks since the machine did; undefined where that is unknown. */
export function startTicksOf(pid: number): number | undefined {
  const ticks = Number(fieldsOf(pid)[19] ?? NaN);
  return Number.isNaN(ticks) ? undefined : ticks;
}

/** What the main thread of a process has spent waiting for a processor since it began, in ms; undefined where that is unknown. */
export function readRunQueueWaitMs(pid: number): number | undefined {
  const times = readSchedstat(pid, pid);
  return times === undefined ? undefined : times.waitedNs / 1e6;
}

/** Of /proc/<pid>/stat, from the state on. The name of the process stands in brackets before it, and may have any characters. */
function fieldsOf(pid: number): readonly string[] {
  const stat = readShort(`/proc/${pid}/stat`) ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

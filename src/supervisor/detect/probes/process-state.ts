// What Linux tells of a process that says nothing itself.
import { parseRunQueueWaitMs } from '../../../worker/index.ts';
import { readShort } from './proc.ts';

/** States of proc(5): stopped by a signal, stopped by a debugger. */
const HELD = new Set(['T', 't']);

/** Whether a process is stopped, by SIGSTOP for example. False where that is unknown. */
export function isStopped(pid: number): boolean {
  const stat = readShort(`/proc/${pid}/stat`) ?? '';
  // The name of the process stands in brackets before the state, and may have any characters.
  return HELD.has(stat[stat.lastIndexOf(')') + 2] ?? '');
}

/** What the main thread of a process has spent waiting for a processor since it began, in ms; undefined where that is unknown. */
export function readRunQueueWaitMs(pid: number): number | undefined {
  const text = readShort(`/proc/${pid}/task/${pid}/schedstat`);
  return text === undefined ? undefined : parseRunQueueWaitMs(text);
}

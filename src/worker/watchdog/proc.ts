// What Linux tells of this process in /proc. Undefined elsewhere, and where /proc is closed.
import { readFileSync } from 'node:fs';

/** The second number is the time in the run queue, in nanoseconds; proc(5), Documentation/scheduler/sched-stats.rst. */
const SCHEDSTAT = /^\d+ (\d+) /;

export function parseRunQueueWaitMs(schedstat: string): number | undefined {
  const wait = SCHEDSTAT.exec(schedstat)?.[1];
  return wait === undefined ? undefined : Number(wait) / 1e6;
}

/** What the main thread has spent waiting for a processor since it began. Its thread has the process's own number. */
export function runQueueWaitMs(): number | undefined {
  const text = read(`/proc/self/task/${process.pid}/schedstat`);
  return text === undefined ? undefined : parseRunQueueWaitMs(text);
}

/** The whole file; undefined when it can't be read. */
export function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

// What Linux tells of this process in /proc. Undefined elsewhere, and where /proc is closed.
import { readFileSync } from 'node:fs';
import { readSchedstat } from '../../core/schedstat.ts';

/** What the main thread has spent waiting for a processor since it began. Its thread has the process's own number. */
export function runQueueWaitMs(): number | undefined {
  const times = readSchedstat('self', process.pid);
  return times === undefined ? undefined : times.waitedNs / 1e6;
}

/** The whole file; undefined when it can't be read. */
export function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

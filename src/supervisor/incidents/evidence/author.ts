// The supervisor that writes an incident, so that a later one can tell whether it still runs.
import { hostname } from 'node:os';
import { startTicksOf } from '../../detect/probes/process-state.ts';

export interface Author {
  readonly host: string;
  readonly pid: number;
  /** When the process began, in clock ticks since the machine did: ids are used again. Undefined where that is unknown. */
  readonly startTicks?: number | undefined;
}

/** This process. */
export function thisAuthor(): Author {
  return { host: hostname(), pid: process.pid, startTicks: startTicksOf(process.pid) };
}

/**
 * Whether the author does not run any more; undefined where that cannot be known: it is on another host, or was not written down.
 *
 * @param author As it was read from a disk: of any shape.
 */
export function hasEnded(author: unknown): boolean | undefined {
  const { host, pid, startTicks } = { ...(author as Partial<Author> | null) };
  if (host !== hostname() || typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return undefined;
  if (!isAlive(pid)) return true;
  return typeof startTicks === 'number' && startTicks !== startTicksOf(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

// CPU time of a process and everything that it started, from Linux's /proc: proc(5). Undefined elsewhere.
import { readdirSync, readFileSync } from 'node:fs';
import { readSchedstat } from '../../../core/schedstat.ts';

/** Clock ticks per second in /proc/<pid>/stat, on all architectures of today. */
const TICKS_PER_SECOND = 100;

/** Differences of ticks are this inexact for each process: half a tick for each of two times, at both ends. */
const TICK_ERROR_SECONDS = 2 / TICKS_PER_SECOND;

/** CPU times at one moment. */
export interface TreeReading {
  /** By thread, in nanoseconds: exact, but the time of threads that have ended is gone. */
  readonly threads: ReadonlyMap<string, number>;
  /** User and system time of the processes and of their ended children, in seconds: inexact, but complete. */
  readonly ticksSeconds: number;
  readonly processes: number;
}

/** @param root Process id. */
export function readTree(root: number): TreeReading | undefined {
  const threads = new Map<string, number>();
  let ticksSeconds = 0;
  const pids = treeOf(root, parents());
  for (const pid of pids) {
    for (const thread of list(`/proc/${pid}/task`)) {
      const times = readSchedstat(pid, thread);
      if (times !== undefined) threads.set(thread, times.ranNs);
    }
    // utime, stime, cutime, cstime
    const times = fieldsOf(pid)?.slice(11, 15).map(Number) ?? [];
    ticksSeconds += times.reduce((total, ticks) => total + ticks, 0) / TICKS_PER_SECOND;
  }
  return threads.size === 0 ? undefined : { threads, ticksSeconds, processes: pids.length };
}

/** CPU seconds between two readings. */
export function cpuBetween(
  before: TreeReading | undefined,
  after: TreeReading | undefined,
): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  let nanoseconds = 0;
  for (const [thread, now] of after.threads) nanoseconds += now - (before.threads.get(thread) ?? 0);
  const seconds = nanoseconds / 1e9;
  const ticksSeconds = after.ticksSeconds - before.ticksSeconds;
  // Threads or children that have ended in between took their exact times with them.
  const haveSomeEnded = ticksSeconds - seconds > TICK_ERROR_SECONDS * after.processes;
  return haveSomeEnded ? ticksSeconds : seconds;
}

/** A process and its descendants. @param parentOf Of every process. */
export function treeOf(root: number, parentOf: ReadonlyMap<number, number>): readonly number[] {
  const childrenOf = Map.groupBy(parentOf.keys(), (pid) => parentOf.get(pid));
  // It grows while it is iterated. A set, because numbers that are used again meanwhile could make a circle.
  const tree = new Set([root]);
  for (const pid of tree) for (const child of childrenOf.get(pid) ?? []) tree.add(child);
  return [...tree];
}

/** Of every process that can be seen. */
export function parents(): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const name of list('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = fieldsOf(pid)?.[1];
    if (parent !== undefined) found.set(pid, Number(parent));
  }
  return found;
}

/** Of /proc/<pid>/stat, from the state on. The name before it is in brackets, and may contain any characters. */
function fieldsOf(pid: number): readonly string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined; // It has ended, or this is not Linux.
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

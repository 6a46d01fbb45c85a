// What the kernel tells of a process.
import { readdirSync, readFileSync } from 'node:fs';

/** `USER_HZ` of Linux, as all its architectures of today have it. */
const TICKS_PER_SECOND = 100;

/** User and system time, fields 14 and 15 of proc_pid_stat(5); the name before them may hold anything. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The same to the nanosecond, of the threads that there are (`/proc/<pid>/task/<tid>/schedstat`). */
export function runSeconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ', 1)[0]),
  );
  return nanoseconds.reduce((total, each) => total + each, 0) / 1e9;
}

export interface Memory {
  /** All that is in memory, shared or not. */
  readonly residentMb: number;
  /** Without files that are mapped, above all the executable of Node.js, which every process of it shares. */
  readonly ownMb: number;
}

export function memoryMb(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { residentMb: megabytes('VmRSS'), ownMb: megabytes('RssAnon') };
}

export function residentMb(pid: number): number {
  return memoryMb(pid).residentMb;
}

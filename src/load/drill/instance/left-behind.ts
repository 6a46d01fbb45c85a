// What a drill must not leave behind: processes, descriptors, memory, files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** How much a supervisor may differ from before. Logs, incidents and curves are its own. */
const MORE_DESCRIPTORS = 16;
const MORE_BYTES: number = 64 * 1024 * 1024;

/** The same for the workers together: a replacement has not yet what its predecessor had, or has a fresh cache. */
const MORE_WORKER_DESCRIPTORS = 64;

/** What is there of an instance, on this machine. */
export interface Belongings {
  readonly processes: number;
  readonly supervisorDescriptors: number;
  readonly supervisorBytes: number;
  readonly workerDescriptors: number;
  /** Files of its drills. */
  readonly files: readonly string[];
}

/** @returns Undefined where the instance is on another machine, or may not be looked at. */
export function belongingsOf(supervisorPid: number, workerPids: readonly number[]): Belongings | undefined {
  if (!existsSync(`/proc/${supervisorPid}/fd`)) return undefined;
  try {
    return {
      processes: childrenOf(supervisorPid).length,
      supervisorDescriptors: descriptorsOf(supervisorPid),
      supervisorBytes: residentBytes(supervisorPid),
      workerDescriptors: workerPids.reduce((sum, pid) => sum + descriptorsOf(pid), 0),
      files: [...new Set(['/dev/shm', tmpdir()])].flatMap((directory) =>
        list(directory)
          .filter((name) => name.startsWith(`respite-drill-${supervisorPid}-`))
          .map((name) => `${directory}/${name}`),
      ),
    };
  } catch {
    return undefined;
  }
}

/** One phrase for each thing that was not there before. */
export function leftBehind(before: Belongings, after: Belongings): string[] {
  const left: string[] = [];
  const more = (
    key: keyof Omit<Belongings, 'files'>,
    most: number,
    show: (count: number) => string,
  ): void => {
    const count = after[key] - before[key];
    if (count > most) left.push(show(count));
  };
  more('processes', 0, (count) => `${count} more processes`);
  more('supervisorDescriptors', MORE_DESCRIPTORS, (count) => `${count} more descriptors of the supervisor`);
  more('workerDescriptors', MORE_WORKER_DESCRIPTORS, (count) => `${count} more descriptors of the workers`);
  more(
    'supervisorBytes',
    MORE_BYTES,
    (count) => `${Math.round(count / 1e6)} MB more memory of the supervisor`,
  );
  left.push(...after.files.filter((file) => !before.files.includes(file)));
  return left;
}

function childrenOf(parent: number): number[] {
  return list('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function descriptorsOf(pid: number): number {
  return list(`/proc/${pid}/fd`).length;
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

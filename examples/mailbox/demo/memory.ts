import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

interface ProcessMemory {
  readonly pid: number;
  readonly parentPid: number;
  readonly residentBytes: number;
}

/** Resident memory of a process and everything it has started, added up. Pages that they share count each time. */
export async function treeMemoryBytes(rootPid: number): Promise<number> {
  const processes = await listProcesses();
  const tree = new Set([rootPid]);
  // A child may be listed before its parent, so one pass is not enough.
  for (let size = 0; size < tree.size;) {
    size = tree.size;
    for (const { pid, parentPid } of processes) if (tree.has(parentPid)) tree.add(pid);
  }
  return processes.reduce((sum, { pid, residentBytes }) => sum + (tree.has(pid) ? residentBytes : 0), 0);
}

async function listProcesses(): Promise<readonly ProcessMemory[]> {
  const names = await readdir('/proc').catch(() => undefined);
  if (names === undefined) return listWithPs();
  const statuses = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')),
  );
  return statuses.map((status) => ({
    pid: field(status, 'Pid'),
    parentPid: field(status, 'PPid'),
    residentBytes: field(status, 'VmRSS') * 1024,
  }));
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}

async function listWithPs(): Promise<readonly ProcessMemory[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = 0, parentPid = 0, residentKb = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parentPid, residentBytes: residentKb * 1024 };
    });
}

// The memory of a server, as the kernel counts it (proc_pid_status(5)).
import { readFileSync } from 'node:fs';

/** The most that these processes and those that they have started had resident, added up, in megabytes. */
export function peakRssMb(pids: readonly number[]): number {
  let kilobytes = 0;
  const left = [...pids];
  for (let pid = left.pop(); pid !== undefined; pid = left.pop()) {
    kilobytes += Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1] ?? 0);
    left.push(...(read(pid, `task/${pid}/children`).match(/\d+/g) ?? []).map(Number));
  }
  return kilobytes / 1024;
}

/** Empty when the process has ended meanwhile, or where there is no /proc. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

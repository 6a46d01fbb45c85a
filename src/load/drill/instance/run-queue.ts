import { readFileSync } from 'node:fs';

/** How long main threads have been ready to run and had no processor, in ms, in all; 0 where the kernel does not tell (proc_pid_schedstat). */
export function runQueueWaitMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + waitOf(pid), 0);
}

function waitOf(pid: number): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ');
    return Number(waitedNs ?? 0) / 1e6;
  } catch {
    // It has ended.
    return 0;
  }
}

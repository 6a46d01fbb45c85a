// What Linux tells about a process and takes for it in /proc. Elsewhere nothing is known.
import { readFileSync, writeFileSync } from 'node:fs';

/** Out of memory, the kernel ends a process with a higher score first. Does nothing for `undefined`, and when it can't be written. */
export function setOomScore(pid: number | undefined, score: number | undefined): void {
  if (pid === undefined || score === undefined) return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(score));
  } catch {
    // The process has ended already, or /proc is read-only: then size alone decides.
  }
}

/** Resident memory, in MB; undefined where it can't be read. */
export function residentMb(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

// How busy the cores are, from the kernel's own accounts (proc_stat(5)).
import { readFileSync } from 'node:fs';
import { isPinned, LOAD_CORE, SERVER_CORE } from './pinning.ts';

/** Shares from 0 to 1; undefined where servers and load have no cores of their own, or the kernel does not tell. */
export interface CoreShares {
  readonly server: number | undefined;
  readonly load: number | undefined;
}

interface Ticks {
  readonly busy: number;
  readonly all: number;
}

/** Runs `work` and says how busy both cores were meanwhile. */
export async function watchCores<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly cores: CoreShares }> {
  const before = [ticks(SERVER_CORE), ticks(LOAD_CORE)] as const;
  const result = await work();
  const after = [ticks(SERVER_CORE), ticks(LOAD_CORE)] as const;
  return { result, cores: { server: share(before[0], after[0]), load: share(before[1], after[1]) } };
}

function share(before: Ticks | undefined, after: Ticks | undefined): number | undefined {
  if (before === undefined || after === undefined || after.all === before.all) return undefined;
  return (after.busy - before.busy) / (after.all - before.all);
}

function ticks(core: number): Ticks | undefined {
  if (!isPinned()) return undefined;
  const line = readStat()
    .split('\n')
    .find((candidate) => candidate.startsWith(`cpu${core} `));
  if (line === undefined) return undefined;
  // user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user already.
  const counts = line.split(/\s+/).slice(1, 9).map(Number);
  const all = counts.reduce((total, count) => total + count, 0);
  return { busy: all - (counts[3] ?? 0) - (counts[4] ?? 0), all };
}

function readStat(): string {
  try {
    return readFileSync('/proc/stat', 'utf8');
  } catch {
    return '';
  }
}

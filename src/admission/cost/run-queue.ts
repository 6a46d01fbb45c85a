import { readdirSync } from 'node:fs';
import { readSchedstat, type ThreadTimes } from '../../core/schedstat.ts';

/** How often the threads are looked at, in ms: reading the files of a dozen takes 0.1 ms. */
const INTERVAL_MS = 500;

const THREADS = '/proc/self/task';

/**
 * How much longer the threads of this process take because they have to wait for a processor: for each other, or for other processes. 1 when
 * they never wait. Undefined where the system does not tell.
 */
export class RunQueue {
  readonly #read: () => ReadonlyMap<string, ThreadTimes>;
  #before: ReadonlyMap<string, ThreadTimes> = new Map();
  #readMs = -Infinity;
  #stretch: number | undefined;

  constructor(read: () => ReadonlyMap<string, ThreadTimes> = readThreads) {
    this.#read = read;
  }

  /** Of the last half second. */
  stretch(nowMs: number): number | undefined {
    if (nowMs - this.#readMs < INTERVAL_MS) return this.#stretch;
    this.#readMs = nowMs;
    const now = this.#read();
    let ranNs = 0;
    let waitedNs = 0;
    for (const [thread, times] of now) {
      const before = this.#before.get(thread);
      if (before === undefined) continue;
      ranNs += Math.max(0, times.ranNs - before.ranNs);
      waitedNs += Math.max(0, times.waitedNs - before.waitedNs);
    }
    this.#before = now;
    this.#stretch = ranNs > 0 ? (ranNs + waitedNs) / ranNs : undefined;
    return this.#stretch;
  }
}

function readThreads(): ReadonlyMap<string, ThreadTimes> {
  const found = new Map<string, ThreadTimes>();
  for (const thread of threads()) {
    const times = readSchedstat('self', thread);
    if (times !== undefined) found.set(thread, times);
  }
  return found;
}

function threads(): readonly string[] {
  try {
    return readdirSync(THREADS);
  } catch {
    return [];
  }
}

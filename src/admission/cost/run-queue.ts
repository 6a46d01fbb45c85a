import { readdirSync, readFileSync } from 'node:fs';

/** How often the threads are looked at, in ms: reading the files of a dozen takes 0.1 ms. */
const INTERVAL_MS = 500;

const THREADS = '/proc/self/task';

/** Nanoseconds on a processor, and in a run queue: the first two numbers of `schedstat` (Linux, sched-stats.rst). */
interface Times {
  readonly ranNs: number;
  readonly waitedNs: number;
}

/**
 * How much longer the threads of this process take because they have to wait for a processor: for each other, or for other processes. 1 when
 * they never wait. Undefined where the system does not tell.
 */
export class RunQueue {
  readonly #read: () => ReadonlyMap<string, Times>;
  #before: ReadonlyMap<string, Times> = new Map();
  #readMs = -Infinity;
  #stretch: number | undefined;

  constructor(read: () => ReadonlyMap<string, Times> = readThreads) {
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

export function parseTimes(text: string): Times | undefined {
  const [ranNs = NaN, waitedNs = NaN] = text.trim().split(' ').map(Number);
  return ranNs >= 0 && waitedNs >= 0 ? { ranNs, waitedNs } : undefined;
}

function readThreads(): ReadonlyMap<string, Times> {
  const found = new Map<string, Times>();
  try {
    for (const thread of readdirSync(THREADS)) {
      const times = parseTimes(readFileSync(`${THREADS}/${thread}/schedstat`, 'utf8'));
      if (times !== undefined) found.set(thread, times);
    }
  } catch {
    // A thread has ended in between, or there is no /proc: what was read has to do.
  }
  return found;
}

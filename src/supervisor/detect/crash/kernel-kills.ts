// Did the kernel kill a process because memory ran out? It counts those, for each cgroup.
import { oomKillCounter } from '../probes/oom-kills.ts';

/** A large process takes a while to end once it is killed, and the counter moves at the beginning. */
const LOOKS_BACK_MS = 10_000;
const READ_EVERY_MS = 1000;

/** Remembers how the counter stood, since it only tells something by having moved. */
export class KernelKills {
  readonly #read: () => number | undefined;
  /** The newest last. */
  #readings: { readonly atMs: number; readonly count: number }[] = [];
  /** Kills up to this count belong to workers that have been seen to. */
  #accounted = 0;

  /** @param read The counter now; undefined where there is none. */
  constructor(read: () => number | undefined) {
    this.#read = read;
  }

  /** To be called now and then. Keeps one reading from before the time that it looks back to. */
  observe(nowMs: number): void {
    const count = this.#read();
    if (count === undefined) return;
    this.#readings.push({ atMs: nowMs, count });
    while ((this.#readings[1]?.atMs ?? nowMs) <= nowMs - LOOKS_BACK_MS) this.#readings.shift();
  }

  /** A process was just killed: by the kernel? Undefined where there is no telling. Each kill is taken for one process. */
  claim(nowMs: number): boolean | undefined {
    const [before] = this.#readings;
    this.observe(nowMs);
    const now = this.#readings.at(-1);
    if (before === undefined || now === undefined || now.atMs !== nowMs) return undefined;
    this.#accounted = Math.max(this.#accounted, before.count);
    if (now.count <= this.#accounted) return false;
    this.#accounted += 1;
    return true;
  }
}

/** Watches this process's own counter, which is its workers' too, without keeping the process alive for that. */
export function watchKernelKills(): KernelKills {
  const count = oomKillCounter();
  const kills = new KernelKills(() => count?.());
  kills.observe(performance.now());
  if (count !== undefined) setInterval(() => kills.observe(performance.now()), READ_EVERY_MS).unref();
  return kills;
}

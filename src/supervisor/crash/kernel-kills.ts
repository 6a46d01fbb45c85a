// Did the kernel kill a process because memory ran out? It counts those, for each cgroup.
import { readFileSync } from 'node:fs';

/** A large process takes a while to end once it is killed, and the counter moves at the beginning. */
const LOOKS_BACK_MS = 10_000;
const READ_EVERY_MS = 1000;

const OOM_KILLS: RegExp = /^oom_kill (\d+)$/mu;

/** From memory.events (cgroup v2), memory.oom_control (v1) or /proc/vmstat, which call it alike. */
export function parseOomKills(text: string): number | undefined {
  const count = OOM_KILLS.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}

/**
 * Where this process's own counter may be, the best place first. Inside a container the path of the cgroup is often that
 * of the host, while what is mounted begins at the container.
 *
 * @param cgroup The text of /proc/self/cgroup; see cgroups(7).
 */
export function counterFiles(cgroup: string): string[] {
  const files: string[] = [];
  for (const line of cgroup.split('\n')) {
    const [hierarchy, controllers = '', ...rest] = line.split(':');
    const path = rest.join(':').replace(/\/$/, '');
    if (controllers.split(',').includes('memory')) {
      files.push(
        `/sys/fs/cgroup/memory${path}/memory.oom_control`,
        '/sys/fs/cgroup/memory/memory.oom_control',
      );
    } else if (hierarchy === '0' && controllers === '') {
      files.push(`/sys/fs/cgroup${path}/memory.events`, '/sys/fs/cgroup/memory.events');
    }
  }
  // Of the whole machine: less telling, but better than nothing.
  return [...new Set(files), '/proc/vmstat'];
}

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
  const file = ownCounter();
  const kills = new KernelKills(() => (file === undefined ? undefined : parseOomKills(readOr(file))));
  kills.observe(Date.now());
  if (file !== undefined) setInterval(() => kills.observe(Date.now()), READ_EVERY_MS).unref();
  return kills;
}

function ownCounter(): string | undefined {
  return counterFiles(readOr('/proc/self/cgroup')).find((file) => parseOomKills(readOr(file)) !== undefined);
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

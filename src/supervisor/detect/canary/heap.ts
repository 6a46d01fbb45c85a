// Does the live heap of the new version grow as that of the old one does not?
import type { HeapReading } from './reading.ts';

const MB = 1024 * 1024;

/** Growth that is taken back, beyond what the old version grows by. A leak at this pace fills a heap of 2 GB in a quarter of an hour. */
const MIN_BYTES_PER_MS: number = (2 * MB) / 1000;

/** It must have lasted this long … */
const MIN_SPAN_MS = 5000;

/** … and been seen after two major collections, beside the beginning: in between, garbage looks the same. */
const MIN_POINTS = 3;

/** What grows this long without a collection is to be collected, so that a leak shows. Twice as long after each that shows none. */
const PATIENCE_MS = 4000;

/** Larger heaps are left to V8: to collect one stops its worker for a millisecond or two per MB that is alive. */
const MAX_COLLECTED_BYTES: number = 256 * MB;

/** Caches that fill do so ever more slowly. The last growth must have at least this share of the pace of all. */
const LASTING_SHARE = 0.5;

interface Point {
  readonly atMs: number;
  readonly bytes: number;
}

/** Follows what is alive after each major collection of the new worker, and the growth of the old ones. */
export class HeapGrowth {
  readonly #points: Point[] = [];
  #collections: number | undefined;
  #leakBytesPerSecond: number | undefined;
  #patienceMs = PATIENCE_MS;
  /** When a collection was last wanted. */
  #wantedAtMs = -Infinity;
  readonly #old = new Map<number, readonly [first: Point, last: Point]>();

  /** @param old By worker. */
  take(nowMs: number, fresh: HeapReading | undefined, old: ReadonlyMap<number, HeapReading>): void {
    for (const [id, { usedBytes }] of old) {
      const now: Point = { atMs: nowMs, bytes: usedBytes };
      this.#old.set(id, [this.#old.get(id)?.[0] ?? now, now]);
    }
    if (fresh === undefined) return;
    const { majorCollections, liveBytes, usedBytes } = fresh;
    const isFirst = this.#collections === undefined;
    if (!isFirst && majorCollections === this.#collections) {
      if (this.#isSuspicious(nowMs, usedBytes)) this.#wantedAtMs = nowMs;
      return;
    }
    this.#collections = majorCollections;
    // What is garbage at first is taken for alive, which hides growth rather than making it up.
    this.#points.push({ atMs: nowMs, bytes: isFirst ? usedBytes : liveBytes });
    // Only now: a little later the old workers may have collected, and what was no leak is none then.
    this.#leakBytesPerSecond = this.#judge();
    const [before, last] = this.#points.slice(-2);
    if (before !== undefined && last !== undefined && paceOf(before, last) < this.#leastBytesPerMs)
      this.#patienceMs *= 2;
  }

  /** Whether a major collection of the new worker, at this moment, would tell garbage from a leak. */
  wantsCollection(nowMs: number): boolean {
    return this.#wantedAtMs === nowMs;
  }

  /** What the live heap of the new worker grew by, in bytes per second, if it is to be taken back for it. */
  get leakBytesPerSecond(): number | undefined {
    return this.#leakBytesPerSecond;
  }

  /** The fastest growth of an old worker, garbage included, in bytes per second. */
  get oldBytesPerSecond(): number {
    const paces = [...this.#old.values()].map(([first, last]) => paceOf(first, last));
    return 1000 * Math.max(0, ...paces.filter((pace) => Number.isFinite(pace)));
  }

  get #leastBytesPerMs(): number {
    return MIN_BYTES_PER_MS + this.oldBytesPerSecond / 1000;
  }

  /** What is in use has grown as a leak would. */
  #isSuspicious(nowMs: number, usedBytes: number): boolean {
    const last = this.#points.at(-1);
    if (last === undefined || usedBytes > MAX_COLLECTED_BYTES) return false;
    if (nowMs - Math.max(last.atMs, this.#wantedAtMs) < this.#patienceMs) return false;
    return paceOf(last, { atMs: nowMs, bytes: usedBytes }) >= this.#leastBytesPerMs;
  }

  #judge(): number | undefined {
    const [first] = this.#points;
    const [beforeLast, last] = this.#points.slice(-2);
    if (first === undefined || beforeLast === undefined || last === undefined) return undefined;
    if (this.#points.length < MIN_POINTS || last.atMs - first.atMs < MIN_SPAN_MS) return undefined;
    const least = this.#leastBytesPerMs;
    const pace = paceOf(first, last);
    const latest = paceOf(beforeLast, last);
    const isLasting = latest >= Math.max(least, LASTING_SHARE * pace);
    return isLasting && pace >= least ? pace * 1000 : undefined;
  }
}

/** In bytes per ms. */
function paceOf(before: Point, after: Point): number {
  return (after.bytes - before.bytes) / (after.atMs - before.atMs);
}

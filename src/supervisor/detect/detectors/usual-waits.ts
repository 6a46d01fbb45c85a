import type { UsualWait } from '../../../worker/index.ts';

/** How long what was learned of a kind counts, in ms. */
const REMEMBERED_MS = 7_200_000;

/** Maximum of kinds, of all workers together. */
const MAX_KINDS = 2000;

/** A kind that usually takes longer than this waits for something to happen, or works for long: a long poll, an export. */
const SLOW_MS = 1000;

/** Minimum of answered requests by which a kind is known not to be slow: the first long polls may be answered at once. */
const MIN_COUNT = 5;

/** A request is overdue when it has waited 1.5 times as long as is usual. */
const OVERDUE = 1.5;

/** Minimum wait of a request that is overdue, in ms. */
const MIN_OVERDUE_MS = 500;

interface Learned extends UsualWait {
  readonly atMs: number;
}

/** How long requests of each kind wait until they are answered, as all workers have shown, those included that have ended. */
export class UsualWaits {
  /** By kind, then by worker. */
  readonly #kinds = new Map<string, Map<number, Learned>>();

  /** A worker has answered requests of these kinds. */
  learn(worker: number, answered: readonly UsualWait[], nowMs: number): void {
    for (const usual of answered) {
      const workers = this.#kinds.get(usual.kind) ?? new Map<number, Learned>();
      // The kinds that were answered last are at the end.
      this.#kinds.delete(usual.kind);
      this.#kinds.set(usual.kind, workers);
      for (const [id, { atMs }] of workers) if (nowMs - atMs > REMEMBERED_MS) workers.delete(id);
      workers.set(worker, { ...usual, atMs: nowMs });
    }
    for (const kind of this.#kinds.keys()) {
      if (this.#kinds.size <= MAX_KINDS) break;
      this.#kinds.delete(kind);
    }
  }

  /**
   * From which wait on a request is overdue in this worker. Infinity for a kind that no worker has ever answered: nothing is known of it.
   *
   * @param slowMs Minimum for kinds that are usually slow.
   */
  overdueMs(kind: string, worker: number, nowMs: number, slowMs: number): number {
    const known = this.#known(kind, nowMs);
    if (known.length === 0) return Infinity;
    const sure = known.filter(([, { count }]) => count >= MIN_COUNT);
    const [, usual] =
      sure.find(([id]) => id === worker) ?? sure.toSorted(([, a], [, b]) => b.atMs - a.atMs)[0] ?? [];
    if (usual !== undefined && usual.usualMs <= SLOW_MS)
      return Math.max(MIN_OVERDUE_MS, OVERDUE * usual.usualMs);
    return Math.max(slowMs, OVERDUE * Math.max(...known.map(([, { longestMs }]) => longestMs)));
  }

  /** Whether another worker has answered requests of this kind since then. False for kinds that are slow: each wait is different. */
  isAnsweredElsewhere(kind: string, worker: number, sinceMs: number): boolean {
    const known = [...(this.#kinds.get(kind) ?? [])];
    return known.some(([id, { atMs, usualMs }]) => id !== worker && atMs > sinceMs && usualMs <= SLOW_MS);
  }

  #known(kind: string, nowMs: number): (readonly [number, Learned])[] {
    return [...(this.#kinds.get(kind) ?? [])].filter(([, { atMs }]) => nowMs - atMs <= REMEMBERED_MS);
  }
}

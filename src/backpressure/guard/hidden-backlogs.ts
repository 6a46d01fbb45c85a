import type { WriteBudget } from '../budget/index.ts';
import type { GuardedConnection } from './guarded-connection.ts';
import { HeapGrowth } from './heap-growth.ts';

/** A client that has taken nothing for less may be between two reads. */
const STALLED_AFTER_MS = 1000;

/** Growth that is not looked at: V8's young generation alone may take as much. */
const MIN_GROWTH_BYTES = 32 * 1024 * 1024;

/** Since when a connection has taken nothing, and the memory of the process at that time. */
interface Stall {
  readonly sinceMs: number;
  readonly rssBytes: number;
}

/**
 * Finds upgraded connections behind which memory grows out of sight: a library such as socket.io keeps what a client has not read in
 * lists of its own, and its socket never holds more than a message. What is seen is the memory of the process. When that has grown
 * by more than the budget has left since such clients stopped reading, those are cut.
 */
export class HiddenBacklogs {
  readonly #budget: WriteBudget;
  readonly #rssBytes: () => number;
  readonly #heapGrowth: HeapGrowth;
  readonly #stalls = new WeakMap<GuardedConnection, Stall>();

  constructor(
    budget: WriteBudget,
    rssBytes: () => number,
    heapGrowth: HeapGrowth = new HeapGrowth(budget.stats().limitBytes),
  ) {
    this.#budget = budget;
    this.#rssBytes = rssBytes;
    this.#heapGrowth = heapGrowth;
  }

  look(connections: Iterable<GuardedConnection>, nowMs: number): void {
    const upgraded = [...connections].filter(({ isUpgraded }) => isUpgraded);
    if (upgraded.length === 0) {
      this.#heapGrowth.end();
      return;
    }
    const rssBytes = this.#rssBytes();
    this.#heapGrowth.look(rssBytes);
    const blocked = upgraded.filter(({ blockedSinceMs }) => blockedSinceMs !== Infinity);
    if (blocked.length === 0) return;
    for (const connection of blocked) this.#note(connection, rssBytes);
    const stalled = blocked.filter(({ blockedSinceMs }) => nowMs - blockedSinceMs >= STALLED_AFTER_MS);
    const before = Math.min(
      ...stalled.map((connection) => this.#stalls.get(connection)?.rssBytes ?? rssBytes),
    );
    if (rssBytes - before <= this.#allowedBytes) return;
    for (const connection of stalled) connection.evict('budget');
  }

  stop(): void {
    this.#heapGrowth.end();
  }

  get #allowedBytes(): number {
    const { limitBytes, usedBytes } = this.#budget.stats();
    return Math.max(MIN_GROWTH_BYTES, limitBytes - usedBytes);
  }

  #note(connection: GuardedConnection, rssBytes: number): void {
    const sinceMs = connection.blockedSinceMs;
    if (this.#stalls.get(connection)?.sinceMs !== sinceMs)
      this.#stalls.set(connection, { sinceMs, rssBytes });
  }
}

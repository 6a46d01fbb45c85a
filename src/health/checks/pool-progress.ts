/**
 * Maximum time, in ms, in which a busy pool has lent no connection again. Longer queries than this are rare; MySQL gives up
 * waiting for a lock after 50 s.
 */
const MAX_STALL_MS = 30_000;

/**
 * Tells a pool that is busy from one whose database does not answer: where borrowers are served, connections come back. Both look the
 * same to a check that waits for a connection.
 */
export class PoolProgress {
  readonly #nowMs: () => number;
  #lastMs = -Infinity;
  #served = Infinity;

  /** @param nowMs A clock that only goes forward. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** A connection came back, or answered. */
  happened(): void {
    this.#lastMs = this.#nowMs();
  }

  /** For pools that tell of none. @param served A number that grows with each borrower that gets a connection. */
  sample(served: number): void {
    if (served > this.#served) this.happened();
    this.#served = served;
  }

  get isRecent(): boolean {
    return this.#nowMs() - this.#lastMs <= MAX_STALL_MS;
  }
}

/** What a check finds when every connection of a pool is lent to others and the database answers them. */
export function busyFinding(waiting: number): { readonly details: Readonly<Record<string, unknown>> } {
  return { details: { busy: true, waiting } };
}

import { CLASSES } from './level.ts';

/** What a class is sure of, whatever the threshold says: the larger of the two. */
export interface Guarantee {
  /** Share of the capacity, 0 to 1. */
  readonly share: number;
  readonly perSecond: number;
}

/** How much of its guarantee a class can save up, and how far others' luck is held against it. */
const BURST_SECONDS = 1;

/**
 * One token bucket for each class. What a class gets by the threshold is paid from its bucket too, into debt if need be:
 * the guarantee is a floor, not a bonus. What it does not ask for is never set aside, so it stays free for all.
 */
export class GuaranteedFlow {
  readonly #guarantees: readonly Guarantee[];
  readonly #tokens = new Float64Array(CLASSES).fill(1);
  readonly #burst = new Float64Array(CLASSES).fill(1);

  /** @param guarantees Of each class, in the order of the classes. */
  constructor(guarantees: readonly Guarantee[]) {
    this.#guarantees = guarantees;
  }

  /** Lets time pass. */
  refill(elapsedMs: number, capacityPerSecond: number): void {
    for (let i = 0; i < CLASSES; i += 1) {
      const guarantee = this.#guarantees[i];
      if (guarantee === undefined) continue;
      const perSecond = Math.max(guarantee.share * capacityPerSecond, guarantee.perSecond);
      const burst = perSecond === 0 ? 0 : Math.max(1, perSecond * BURST_SECONDS);
      this.#burst[i] = burst;
      this.#tokens[i] = Math.min(burst, (this.#tokens[i] ?? 0) + (perSecond * elapsedMs) / 1000);
    }
  }

  /** The threshold admitted a request of this class. */
  charge(criticalityClass: number): void {
    const tokens = this.#tokens[criticalityClass] ?? 0;
    this.#tokens[criticalityClass] = Math.max(tokens - 1, -(this.#burst[criticalityClass] ?? 0));
  }

  /** The threshold refused one; true when its class is owed it. */
  take(criticalityClass: number): boolean {
    const tokens = this.#tokens[criticalityClass] ?? 0;
    if (tokens < 1) return false;
    this.#tokens[criticalityClass] = tokens - 1;
    return true;
  }
}

import { AttemptBudget } from './budget.ts';
import { Latency } from './latency.ts';

/** When a second attempt is sent beside one that takes long ("The Tail at Scale", Dean and Barroso, 2013). */
export interface HedgeRules {
  /** Quantile of the peer's latency after which it is sent, from 0 to 1. */
  readonly after: number;
  /** Second attempts per call that was answered in the usual time. */
  readonly budget: number;
}

/** Second attempts that can be saved up. */
const CAPACITY = 5;

/**
 * Decides on second attempts. Only responses in the usual time pay for them: when everything is slow, a second attempt would not be
 * faster, and the budget runs dry.
 */
export class Hedging {
  readonly #latency: Latency;
  readonly #budget: AttemptBudget;

  constructor({ after, budget }: HedgeRules, nowMs: number) {
    this.#latency = new Latency(after);
    this.#budget = new AttemptBudget(budget, CAPACITY, nowMs);
  }

  /** Time to wait for the first attempt, in ms; undefined as long as it is not known. */
  afterMs(nowMs: number): number | undefined {
    return this.#latency.quantileMs(nowMs);
  }

  take(nowMs: number): boolean {
    return this.#budget.take(nowMs);
  }

  succeeded(tookMs: number, nowMs: number): void {
    const usualMs = this.#latency.quantileMs(nowMs);
    if (usualMs !== undefined && tookMs <= usualMs) this.#budget.deposit();
    this.#latency.add(tookMs, nowMs);
  }
}

/** Tokens that trickle in per second while there is less than one, so that a quiet client can try again: one in ten seconds. */
const TRICKLE_PER_SECOND = 0.1;

/** Ten deposits of 0.1 are one token, whatever floating-point numbers make of it. */
const ROUNDING = 1e-9;

/**
 * Limits additional attempts to a share of the calls that succeed. Deposits come from successes only (gRPC A6, AWS): in an
 * outage the budget runs dry, and the client sends what its callers ask for and nothing more.
 */
export class AttemptBudget {
  readonly #share: number;
  readonly #capacity: number;
  #tokens: number;
  #refilledMs: number;

  /**
   * @param share Additional attempts per success.
   * @param capacity Maximum tokens that can be saved up; the budget starts with as many.
   */
  constructor(share: number, capacity: number, nowMs: number) {
    this.#share = share;
    this.#capacity = capacity;
    this.#tokens = share === 0 ? 0 : capacity;
    this.#refilledMs = nowMs;
  }

  deposit(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + this.#share);
  }

  /** Takes a token, if there is one. Ask before the back-off: attempts that wait have to count (Envoy #30205). */
  take(nowMs: number): boolean {
    this.#trickle(nowMs);
    if (this.#tokens < 1 - ROUNDING) return false;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return true;
  }

  tokens(nowMs: number): number {
    this.#trickle(nowMs);
    return this.#tokens;
  }

  #trickle(nowMs: number): void {
    const seconds = Math.max(0, nowMs - this.#refilledMs) / 1000;
    this.#refilledMs = nowMs;
    if (this.#tokens >= 1 || this.#share === 0) return;
    this.#tokens = Math.min(1, this.#capacity, this.#tokens + seconds * TRICKLE_PER_SECOND);
  }
}

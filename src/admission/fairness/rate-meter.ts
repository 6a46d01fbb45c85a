/** Time constant of the rates, in ms: a flood shows within half a second, and a tenant of 20 requests a second is known within 15 %. */
const TIME_CONSTANT_MS = 2000;

/** A leaky bucket that is read as a meter: each request adds one, and the level drains exponentially. */
export class RateMeter {
  #level = 0;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** Requests a second. */
  perSecond(nowMs: number): number {
    this.#drain(nowMs);
    return (this.#level * 1000) / TIME_CONSTANT_MS;
  }

  /** @returns The rate before this request: with it, the rate of rare requests would look too high. */
  count(nowMs: number): number {
    const before = this.perSecond(nowMs);
    this.#level += 1;
    return before;
  }

  #drain(nowMs: number): void {
    // A clock that was set back drains nothing.
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    if (elapsedMs > 0) this.#level *= Math.exp(-elapsedMs / TIME_CONSTANT_MS);
  }
}

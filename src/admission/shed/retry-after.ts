/** Minimum and maximum of `Retry-After`, in seconds: less makes clients hammer, more loses customers. */
const MIN_SECONDS = 1;
const MAX_SECONDS = 30;

/** Weight of the newest request in the mean: about the last twenty requests count. */
const WEIGHT = 0.1;

/**
 * Estimates how long it takes until what is in flight now has drained. By Little's law that is requests in flight over
 * requests completed a second, which is the mean time a request takes; and when nothing completes although requests are
 * in flight, at least as long as that has lasted.
 */
export class DrainEstimate {
  #meanSeconds = 0;
  #lastCompletionMs: number;

  constructor(nowMs: number) {
    this.#lastCompletionMs = nowMs;
  }

  /** A request is in flight after none was: the time without requests says nothing. */
  began(nowMs: number): void {
    this.#lastCompletionMs = nowMs;
  }

  completed(seconds: number, nowMs: number): void {
    this.#meanSeconds += (seconds - this.#meanSeconds) * WEIGHT;
    this.#lastCompletionMs = nowMs;
  }

  seconds(nowMs: number): number {
    return Math.max(this.#meanSeconds, (nowMs - this.#lastCompletionMs) / 1000);
  }
}

/**
 * Whole seconds after which a shed caller may come again: the drain estimate, stretched by up to a half so that those
 * shed together don't return together.
 *
 * @param random From 0 to 1.
 */
export function retryAfterSeconds(drainSeconds: number, random: number): number {
  return Math.min(MAX_SECONDS, Math.max(MIN_SECONDS, Math.ceil(drainSeconds * (1 + random / 2))));
}

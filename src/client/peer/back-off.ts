/** How long retries wait. */
export interface BackOff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * Time before the next attempt, in ms, with full jitter ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015): anything
 * from 0 to a bound that doubles with each attempt.
 *
 * @param attempts Attempts made so far, at least 1.
 */
export function backOffMs({ baseMs, maxMs }: BackOff, attempts: number, random: () => number): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (attempts - 1));
}

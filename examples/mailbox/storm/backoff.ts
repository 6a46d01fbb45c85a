/** How long a sender waits before it tries the same mail again. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Doubling from the first wait to the longest, each from half to once and a half of that. Mail servers begin at about five
 * minutes and end at about four hours (RFC 5321, 4.5.4.1 asks for at least 30 minutes in general); a demonstration of 90
 * seconds has to scale that down.
 */
export function waitMs(backoff: Backoff, attempts: number, random: () => number): number {
  const nominalMs = Math.min(backoff.longestMs, backoff.firstMs * 2 ** (attempts - 1));
  return nominalMs * (0.5 + random());
}

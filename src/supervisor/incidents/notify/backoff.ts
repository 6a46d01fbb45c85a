/** The first wait, doubled with each try that failed. */
const FIRST_MS = 500;
const CAP_MS = 60_000;

/**
 * Until the next try: half of 0.5 s, 1 s, 2 s … 60 s, and a random share of the other half ("equal jitter", Brooker 2015), so
 * that the instances of a fleet don't come back together, and none at once.
 *
 * @param failures Tries that failed, at least 1.
 * @param random From 0 to 1.
 */
export function backoffMs(failures: number, random: number): number {
  const mostMs = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(mostMs / 2 + (random * mostMs) / 2);
}

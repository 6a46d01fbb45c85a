// How long an instance that is denied waits for the others. Pure.

/** Between two tries, at least and at most: those that wait must not come back together. */
const EVERY_MS = { least: 250, most: 750 };

/**
 * Until healing begins without a lease. A worker whose event loop is blocked serves no client: not healing it helps no client either,
 * except for a fleet that begins to wait together. One whose heap fills up has a second, in which V8 may end it. A leak that was
 * found in calm can wait until it is its turn.
 */
const PATIENCE_MS: Readonly<Record<string, number>> = { 'gc-death-spiral': 1000, 'memory-leak': 60_000 };
const OTHERS_MS = 5000;

export function patienceMs(cause: string): number {
  return PATIENCE_MS[cause] ?? OTHERS_MS;
}

/**
 * Until the next try; undefined when it would come too late.
 *
 * @param waitedMs Since the first try.
 * @param random From 0 to 1.
 */
export function nextTryMs(cause: string, waitedMs: number, random: number): number | undefined {
  const leftMs = patienceMs(cause) - waitedMs;
  if (leftMs <= 0) return undefined;
  return Math.min(leftMs, Math.round(EVERY_MS.least + random * (EVERY_MS.most - EVERY_MS.least)));
}

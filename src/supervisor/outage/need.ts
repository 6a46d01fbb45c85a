// When a fallback responder is needed. Pure.

/** A worker that has died is usually replaced in less, and a client that waits that long is served. */
export const PATIENCE_MS = 1000;
/** A fallback responder that keeps coming and going costs a start each time, 60 ms of a processor. */
export const INTERVAL_MS = 1000;
/** One that ends by itself may do so again. */
export const FAILED_INTERVAL_MS = 5000;

/** What is seen of the workers. */
export interface Sight {
  /** One takes requests. */
  readonly isServed: boolean;
  /** One that did takes none any more although it is there: it is blocked, and has been for some time when that is noticed. */
  readonly isBlocked: boolean;
  /** When the next worker will be started; undefined if one is starting, or none waits for it. */
  readonly nextStartAtMs: number | undefined;
}

/** Since when no worker takes requests. */
export type Outage = { readonly sinceMs: number } | undefined;

/** The outage goes on, begins or ends. */
export function followOutage(outage: Outage, { isServed }: Sight, nowMs: number): Outage {
  return isServed ? undefined : (outage ?? { sinceMs: nowMs });
}

/**
 * At once when the workers are blocked or the next one is not even to be started soon; otherwise after a moment, because a client
 * that waits for a worker that is about to come is better off than one that is refused.
 */
export function isNeeded(outage: Outage, { isBlocked, nextStartAtMs }: Sight, nowMs: number): boolean {
  if (outage === undefined) return false;
  if (isBlocked) return true;
  if (nextStartAtMs !== undefined && nextStartAtMs - nowMs > PATIENCE_MS) return true;
  return nowMs - outage.sinceMs >= PATIENCE_MS;
}

/**
 * How long clients should stay away, in seconds: until the next worker is started, with two seconds for its start, or as long
 * as a blocked one is about to take.
 */
export function backInSeconds({ isBlocked, nextStartAtMs }: Sight, nowMs: number): number {
  const startMs = nextStartAtMs === undefined ? 0 : Math.max(0, nextStartAtMs - nowMs);
  return (startMs + (isBlocked ? 5000 : 2000)) / 1000;
}

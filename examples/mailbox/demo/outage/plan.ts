// What the variants of the demonstration have in common.

/** The clients that are compared. */
export const CLIENTS = ['naive', 'undici-retry', 'respite'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** Calls a second. Each passes three tiers, so with three tries in each the last one gets 540 requests a second. */
export const CALLS_PER_SECOND = 20;

/** Time before the outage, and after it. */
export const CALM_SECONDS = 5;
export const AFTER_SECONDS = 15;

const MAX_OUTAGE_SECONDS = 60;

/** The longest outage that fits, in seconds. */
export function outageSeconds(leftSeconds: number): number {
  return Math.max(10, Math.min(MAX_OUTAGE_SECONDS, Math.floor(leftSeconds - CALM_SECONDS - AFTER_SECONDS)));
}

/** What one second of a variant came to; a line of its output. */
export interface Second {
  /** Calls that began. */
  readonly calls: number;
  /** Of the calls that ended, those that were served. */
  readonly served: number;
  readonly ended: number;
  /** Requests that the last tier got. */
  readonly arrived: number;
}

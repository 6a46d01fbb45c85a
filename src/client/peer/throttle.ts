import type { RecentTotals } from './recent.ts';

/** When throttling begins and how far it goes. */
export interface Throttle {
  /**
   * Requests that may go out per request that the peer accepts: K in Google's Site Reliability Engineering, "Handling Overload",
   * which recommends 2. More reacts later; less leaves fewer attempts to find out that the peer has recovered.
   */
  readonly requestsPerAccept: number;
  /** Maximum share of calls that is held back. Below 1, so that throttling cannot latch (Finagle, failsafe-go). */
  readonly maxShare: number;
}

/** Minimum requests in the window. Fewer are too few to judge by. */
const MIN_REQUESTS = 20;

/**
 * Share of the calls of a class to hold back: Google's adaptive throttling, p = max(0, (requests − K · accepts) / (requests + 1)).
 * The calls to hold back are taken from the least important classes first.
 *
 * @param rank Index of the class, 0 for the most important one.
 */
export function heldBackShare(
  { requestsPerAccept, maxShare }: Throttle,
  { requests, accepts }: RecentTotals,
  rank: number,
): number {
  const total = requests.reduce((sum, count) => sum + count, 0);
  const excess = total - requestsPerAccept * accepts;
  if (excess <= 0 || total < MIN_REQUESTS) return 0;
  const share = Math.min(maxShare, excess / (total + 1));
  const below = requests.slice(rank + 1).reduce((sum, count) => sum + count, 0);
  const own = requests[rank] ?? 0;
  const ofOwn = (share * total - below * maxShare) / Math.max(own, 1);
  return Math.min(maxShare, Math.max(0, ofOwn));
}

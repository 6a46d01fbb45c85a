// Google's adaptive throttling (Site Reliability Engineering, "Handling Overload"), with one change. There, calls that were held back count
// as requests that the peer did not accept. After refusals that is right: the peer refuses because of load, and less load helps. Other
// failures may have nothing to do with load: with two of three instances down the formula would feed on itself until it holds back
// nearly everything. So of these only attempts count, and as many go out as come to something, times K.
import type { RecentTotals } from './recent.ts';

/** When throttling begins and how far it goes. */
export interface Throttle {
  /**
   * Requests that may go out per request that the peer accepts: Google's K, for which 2 is recommended. More reacts later; less
   * leaves fewer attempts to find out that the peer has recovered.
   */
  readonly requestsPerAccept: number;
  /** Maximum share of calls that is held back. Below 1, so that throttling cannot latch (Finagle, failsafe-go). */
  readonly maxShare: number;
}

/** Minimum attempts in the window. Fewer are too few to judge by. */
const MIN_ATTEMPTS = 20;

/**
 * Share of the calls of a class to hold back. They are taken from the least important classes first.
 *
 * @param rank Index of the class, 0 for the most important one.
 */
export function heldBackShare(
  { requestsPerAccept, maxShare }: Throttle,
  { requests, heldBack, refused, failed }: RecentTotals,
  rank: number,
): number {
  const total = requests.reduce((sum, count) => sum + count, 0);
  const attempts = total - heldBack;
  if (attempts < MIN_ATTEMPTS) return 0;
  const byRefusals = (total - requestsPerAccept * (attempts - refused)) / (total + 1);
  const byFailures = (attempts - requestsPerAccept * (attempts - refused - failed)) / (attempts + 1);
  const share = Math.min(maxShare, Math.max(byRefusals, byFailures));
  if (share <= 0) return 0;
  const below = requests.slice(rank + 1).reduce((sum, count) => sum + count, 0);
  const ofOwn = (share * total - below * maxShare) / Math.max(requests[rank] ?? 0, 1);
  return Math.min(maxShare, Math.max(0, ofOwn));
}

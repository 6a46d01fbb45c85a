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

/**
 * Maximum of `requestsPerAccept` for attempts that a server with Respite has shed. Other refusals may be about one user's rate; these are
 * always about load, so one in eleven attempts is enough to find out that there is room again. With 2, half of what the server gets
 * would be requests to shed.
 */
const REQUESTS_PER_ACCEPT_SHED = 1.1;

/**
 * Minimum requests in the window; fewer are too few to judge by. Calls that were held back count where they count as not accepted: else a
 * client with few calls would stop throttling because it throttles.
 */
const MIN_REQUESTS = 20;

/** The same when a server with Respite has shed some: what that means is certain, and clients with few calls have to act on it soon. */
const MIN_WITH_SHED = 8;

/**
 * Share of the calls of a class to hold back. They are taken from the least important classes first.
 *
 * @param rank Index of the class, 0 for the most important one.
 */
export function heldBackShare(
  { requestsPerAccept, maxShare }: Throttle,
  { requests, heldBack, refused, shed, failed }: RecentTotals,
  rank: number,
): number {
  const total = requests.reduce((sum, count) => sum + count, 0);
  const attempts = total - heldBack;
  if (total < (shed > 0 ? MIN_WITH_SHED : MIN_REQUESTS)) return 0;
  const byRefusals = (total - requestsPerAccept * (attempts - refused)) / (total + 1);
  const ofShedding = Math.min(requestsPerAccept, REQUESTS_PER_ACCEPT_SHED);
  const byShedding = (total - ofShedding * (attempts - shed)) / (total + 1);
  const byFailures =
    attempts < MIN_REQUESTS
      ? 0
      : (attempts - requestsPerAccept * (attempts - refused - failed)) / (attempts + 1);
  const share = Math.min(maxShare, Math.max(byRefusals, shed > 0 ? byShedding : 0, byFailures));
  if (share <= 0) return 0;
  const below = requests.slice(rank + 1).reduce((sum, count) => sum + count, 0);
  const ofOwn = (share * total - below * maxShare) / Math.max(requests[rank] ?? 0, 1);
  return Math.min(maxShare, Math.max(0, ofOwn));
}

// The order in which requests of a class are shed so that every tenant gets the same share; see docs/design/fairness.md. Pure.
import { COHORTS } from '../priority/index.ts';

/** Cohorts for the order; the last of a class is left to requests that are repeated. */
const PLACES = COHORTS - 1;

/** Distinguishes shares down to a millionth. */
const OCTAVES = 20;

/**
 * The cohort of a request. A tenant's requests are spread over 0 to its share, so a threshold anywhere in between lets as many through of each
 * tenant that has more than the threshold, and all of the others: max-min fairness.
 *
 * @param share Part of the requests that the tenant has made, 0 to 1.
 * @param position Of this request among the tenant's, 0 to 1.
 */
export function fairCohort(share: number, position: number): number {
  const place = Math.trunc(PLACES + (Math.log2(share * position) * PLACES) / OCTAVES);
  return Math.max(0, Math.min(PLACES - 1, place));
}

/**
 * The part of the requests that one tenant is let through at most.
 *
 * @param cohort The threshold inside of the class, with the part of that cohort that is let through.
 */
export function shareAt(cohort: number): number {
  return cohort >= PLACES ? 1 : 2 ** (((cohort - PLACES) * OCTAVES) / PLACES);
}

// How many random histories a test runs. All of them on the version of Node.js that develops Respite. Older versions differ in
// their interfaces, which a few histories call as well as many do, so the runner asks for a share there.

/** Environment variable with the share of the random histories that tests run, from 0 to 1. */
export const HISTORIES_SHARE = 'RESPITE_TEST_HISTORIES_SHARE';

/**
 * A number of random histories or simulations, or the share of it that the runner asks for: one at least.
 *
 * @param count How many run without a share. 100 is the default of fast-check.
 * @example fc.assert(fc.property(steps, check), { numRuns: histories(300) });
 */
export function histories(count: number = 100): number {
  const given = process.env[HISTORIES_SHARE];
  if (given === undefined) return count;
  const share = Number(given);
  if (!(share > 0 && share <= 1)) {
    throw new Error(`${HISTORIES_SHARE} must be a number above 0, up to 1, got ${given}`);
  }
  return Math.max(1, Math.ceil(share * count));
}

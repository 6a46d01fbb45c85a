import type { ResolvedPriorityOptions } from '../priority/index.ts';
import { FairShares } from './fair-shares.ts';

export { shareAt } from './fair-order.ts';
export { type FairnessSetup, FairShares, type TenantRates } from './fair-shares.ts';

/**
 * @param shared Of the process, told of others; without it an admission is fair on its own.
 * @returns Undefined where sheddable requests are not shared out.
 */
export function fairSharesOf(
  priority: ResolvedPriorityOptions | false,
  nowMs: number,
  shared: FairShares | undefined,
): FairShares | undefined {
  if (priority === false || !priority.fairness) return undefined;
  return shared ?? new FairShares({ salt: priority.salt ?? '' }, nowMs);
}

import { type Declaration, object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { integer, milliseconds } from '../../../core/rules.ts';

/** When requests are stuck, with every default filled in. */
export interface ResolvedStuckRequests {
  /**
   * Minimum time in which nothing was answered, in milliseconds; twice that if fewer than twice `atLeast` requests are overdue and no other
   * worker answers the same. At least 2000, as requests that wait are counted once a second. Default 30000.
   */
  readonly afterMs: number;
  /** Minimum of overdue requests, waiting or given up by their clients. A request is overdue when it has waited longer than is usual for its route. Default 5. */
  readonly atLeast: number;
  /** Requests that are stuck again within this time are not a worker's fault: none is replaced for it. In milliseconds. Default 600000. */
  readonly againMs: number;
}

/** When requests are stuck. Only `undefined` means default. */
export type StuckRequestsOptions = OptionsOf<ResolvedStuckRequests>;

const STUCK_REQUESTS: Declaration<ResolvedStuckRequests> = Object.freeze({
  afterMs: { rule: milliseconds(2000), byDefault: 30_000 },
  atLeast: { rule: integer(1), byDefault: 5 },
  againMs: { rule: milliseconds(0), byDefault: 600_000 },
});

export const stuckRequests: Rule<StuckRequestsOptions, ResolvedStuckRequests> = object(STUCK_REQUESTS);

import { integer } from '../../../core/validate.ts';
import { complete } from './given.ts';

/** When requests are stuck. */
export interface StuckRequestsOptions {
  /**
   * Minimum time in which nothing was answered, in milliseconds; twice that if fewer than twice `atLeast` requests are overdue and no other
   * worker answers the same. At least 2000. Default 30000.
   */
  readonly afterMs?: number | undefined;
  /** Minimum of overdue requests, waiting or given up by their clients. A request is overdue when it has waited longer than is usual for its route. Default 5. */
  readonly atLeast?: number | undefined;
  /** Requests that are stuck again within this time are not a worker's fault: none is replaced for it. In milliseconds. Default 600000. */
  readonly againMs?: number | undefined;
}

export interface ResolvedStuckRequests {
  readonly afterMs: number;
  readonly atLeast: number;
  readonly againMs: number;
}

export const STUCK_REQUESTS: ResolvedStuckRequests = Object.freeze({
  afterMs: 30_000,
  atLeast: 5,
  againMs: 600_000,
});

/** Minimum of `afterMs`: requests that wait are counted once a second. */
const MIN_AFTER_MS = 2000;

export function resolveStuckRequests(given: StuckRequestsOptions): ResolvedStuckRequests {
  const option = 'supervisor.detect.stuckRequests';
  const { afterMs, atLeast, againMs } = complete(option, given, STUCK_REQUESTS);
  return {
    afterMs: integer(`${option}.afterMs`, afterMs, MIN_AFTER_MS),
    atLeast: integer(`${option}.atLeast`, atLeast, 1),
    againMs: integer(`${option}.againMs`, againMs, 0),
  };
}

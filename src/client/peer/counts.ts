// What a client counts of one origin.

/** Why a call was not sent. */
export type HeldBackReason = 'retry-after' | 'circuit-open' | 'throttled' | 'deadline';

export const HELD_BACK_REASONS: readonly HeldBackReason[] = Object.freeze([
  'retry-after',
  'circuit-open',
  'throttled',
  'deadline',
]);

/** Counters of one peer. */
export interface PeerCounts {
  calls: number;
  attempts: number;
  retries: number;
  hedges: number;
  succeeded: number;
  failed: number;
  readonly heldBack: Record<HeldBackReason, number>;
  /** Decisions that are counted above and, because of a dry run, were not carried out. */
  readonly dryRun: Record<DryRunDecision, number>;
}

/** What a client only counts in a dry run. */
export type DryRunDecision = 'hold-back' | 'retry' | 'hedge';

export const DRY_RUN_DECISIONS: readonly DryRunDecision[] = Object.freeze(['hold-back', 'retry', 'hedge']);

export function noCounts(): PeerCounts {
  return {
    calls: 0,
    attempts: 0,
    retries: 0,
    hedges: 0,
    succeeded: 0,
    failed: 0,
    heldBack: { 'retry-after': 0, 'circuit-open': 0, throttled: 0, deadline: 0 },
    dryRun: { 'hold-back': 0, retry: 0, hedge: 0 },
  };
}

import type { Criticality } from './policy.ts';

/** What became of a request: run, run although a live system would have shed it (dry run), or shed. */
export type Decision = 'admitted' | 'would-shed' | 'shed';

/**
 * Why a request was shed:
 *
 * - `priority`: more important requests need the room.
 * - `in-flight`: too many requests are in flight.
 * - `bytes`: too many bytes of request bodies are in flight.
 * - `turn`: the turn budget of this event-loop iteration is spent.
 * - `deadline`: the caller waits no longer.
 * - `quarantine`: requests like it have ended several workers.
 * - `cost`: as many costly requests are in flight as the processor can run at once.
 */
export type ShedReason = (typeof SHED_REASONS)[number];

export const SHED_REASONS = [
  'priority',
  'in-flight',
  'bytes',
  'turn',
  'deadline',
  'quarantine',
  'cost',
] as const;

/** One counter: requests since the process started, by what was decided, why, for which class and route. */
export interface AdmissionCount {
  /** What became of the requests that this counter counts. */
  readonly decision: Decision;
  /** Empty for `admitted`. */
  readonly reason: ShedReason | '';
  /** Class that decided when they were shed; `exempt` for routes that no check sheds. */
  readonly criticality: Criticality | 'exempt';
  /**
   * The pattern of the route, configured or of the user's framework; empty when none matched, or none was known yet when
   * the request was decided.
   */
  readonly route: string;
  /** Requests since the process started. */
  readonly count: number;
}

/** One signal as last read. */
export interface SignalPressure {
  /** Name of the signal, such as `loop-delay`. */
  readonly signal: string;
  /** In the unit of the signal. */
  readonly value: number;
  /** From 0 at its `exit` to 1 at its `enter`. */
  readonly pressure: number;
}

/** Admission control at one moment. Plain data: it travels between processes. */
export interface AdmissionStats {
  /** The limit of requests in flight at this moment: configured, or found by the adaptive limit. */
  readonly limit: number;
  /** In units of the limit: the costs of the requests in flight. */
  readonly inFlight: number;
  /** The configured `bodyBudgetBytes`. */
  readonly bodyBudgetBytes: number;
  /** Bytes of request bodies that count towards `bodyBudgetBytes` now. */
  readonly bytesInFlight: number;
  /** The larger of requests and bytes in flight over their limits; 1 is full. */
  readonly utilization: number;
  /** Share of the requests that is refused to make room for more important ones at the moment, 0 to 1. */
  readonly refusedShare: number;
  /** How hard each signal presses; those that can't be read at the moment are missing. */
  readonly pressure: readonly SignalPressure[];
  /** Connections closed without a request, since the process started. */
  readonly connectionsRefused: number;
  /** Requests since the process started, one counter for each combination that has occurred. */
  readonly requests: readonly AdmissionCount[];
}

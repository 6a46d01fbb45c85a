import type { Criticality } from './options.ts';

/** What became of a request: run, run although a live system would have shed it (dry run), or shed. */
export type Decision = 'admitted' | 'would-shed' | 'shed';

/** Why a request was shed: too many in flight, too many bytes of request bodies, or a turn of the event loop at its end. */
export type ShedReason = (typeof SHED_REASONS)[number];

export const SHED_REASONS = ['in-flight', 'bytes', 'turn'] as const;

/** One counter: requests since the process started, by what was decided, why, for which class and configured route. */
export interface AdmissionCount {
  readonly decision: Decision;
  /** Empty for `admitted`. */
  readonly reason: ShedReason | '';
  readonly criticality: Criticality | 'exempt';
  /** The pattern of the configured route, empty when none matched. */
  readonly route: string;
  readonly count: number;
}

/** Admission control at one moment. Plain data: it travels between processes. */
export interface AdmissionStats {
  readonly limit: number;
  readonly inFlight: number;
  readonly bodyBudgetBytes: number;
  readonly bytesInFlight: number;
  /** The larger of requests and bytes in flight over their limits; 1 is full. */
  readonly utilization: number;
  readonly requests: readonly AdmissionCount[];
}

import type { MailAccounts } from '../storm/accounts.ts';
import type { CallFigures } from '../storm/call-figures.ts';

/** All that the table and the report show. Plain data, so that a report can be drawn from a recording. */
export interface RunData {
  readonly generatedAt: string;
  readonly machine: string;
  readonly cores: string;
  /** How often both sides were played; figures are means. */
  readonly repeats: number;
  readonly storm: {
    readonly seed: number;
    readonly users: number;
    readonly userCallsPerSecond: number;
    readonly userTimeoutMs: number;
    readonly capacityBytesPerSecond: number;
    readonly calmBytesPerSecond: number;
    readonly floodBytesPerSecond: number;
    readonly floodMailsPerSecond: number;
    readonly meanMailBytes: number;
    readonly maxConnections: number;
  };
  /** The same for both sides. */
  readonly phases: readonly PhaseSpan[];
  readonly sides: readonly Side[];
}

export interface PhaseSpan {
  readonly name: 'warm-up' | 'calm' | 'storm' | 'after';
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Side {
  readonly name: string;
  readonly isProtected: boolean;
  readonly users: {
    readonly list: ActionFigures;
    readonly read: ActionFigures;
  };
  readonly mail: MailAccounts;
  readonly memoryPeakBytes: number;
  readonly restarts: number;
  /** How the API ended, when it did so by itself. */
  readonly apiEndedWith: string | undefined;
  /** The most that the generator of users' calls was late, which counts as latency on both sides. */
  readonly generatorLagP99Ms: number;
  readonly curves: readonly CurvePoint[];
}

export interface ActionFigures {
  readonly calm: CallFigures;
  readonly storm: CallFigures;
}

/** One second. */
export interface CurvePoint {
  readonly atMs: number;
  readonly userP99Ms: number | undefined;
  readonly userSuccess: number | undefined;
  readonly acceptedPerSecond: number;
  readonly refusedPerSecond: number;
  readonly memoryBytes: number | undefined;
  /** From Respite's /metrics. */
  readonly inFlight: number | undefined;
  readonly shedPerSecond: number | undefined;
}

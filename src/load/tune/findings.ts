// What a tuning run has found.
import type { AcceptQueue } from './accept-queue.ts';
import type { Advice } from './advice.ts';
import type { Buffers } from './buffers.ts';
import type { Capacity } from './capacity.ts';
import type { Comparison, Decision } from './decision.ts';
import type { LimitSweep } from './limit-sweep.ts';
import type { LittleCheck } from './little.ts';
import type { Scalability } from './scalability.ts';
import type { ConfiguredSettings } from './target.ts';
import type { WorkerOutlook } from './workers.ts';

export type Part = 'capacity' | 'limit' | 'accept';

/** The experiments, in the order in which they run. */
export const PARTS: readonly Part[] = ['capacity', 'limit', 'accept'];

/** The best fixed limit, and the configured one against its alternative. */
export interface LimitFinding {
  readonly sweep: LimitSweep;
  /** What was compared with the configured limit: the best fixed one, or `adaptive` where a fixed one is configured. */
  readonly candidate: number | 'adaptive';
  readonly comparison: Comparison;
  readonly decision: Decision;
}

export interface Findings {
  readonly configured: ConfiguredSettings;
  readonly deadlineMs: number;
  /** The experiments that were asked for. */
  readonly parts: readonly Part[];
  /** What the server gets normally, per second, if it was given. */
  readonly normalPerSecond: number | undefined;
  readonly capacity: Capacity | undefined;
  readonly little: LittleCheck | undefined;
  readonly buffers: Buffers | undefined;
  readonly scalability: Scalability | undefined;
  readonly workers: WorkerOutlook | undefined;
  readonly limit: LimitFinding | undefined;
  readonly accept: AcceptQueue | undefined;
  /** Why parts of it are missing, a sentence each. */
  readonly missing: readonly string[];
}

export interface TuneReport extends Findings {
  readonly advice: Advice;
}

/** Whether there was time to compare the limits, not only to sweep over them. */
export function isCompared({ comparison }: LimitFinding): boolean {
  return comparison.currents.length > 1;
}

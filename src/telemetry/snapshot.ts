import type { AdmissionCount, AdmissionStats } from '../admission/index.ts';

type MetricsWorkerState = 'starting' | 'ready' | 'unresponsive' | 'draining';

export const WORKER_STATES: readonly MetricsWorkerState[] = Object.freeze([
  'starting',
  'ready',
  'unresponsive',
  'draining',
]);

/** What the metrics are made of. Plain data, shaped so that the supervisor's status is one as it stands. */
export interface MetricsSnapshot {
  readonly workers: readonly MetricsWorker[];
  /** Workers replaced since the start, by cause. */
  readonly restarts: Readonly<Record<string, number>>;
  /** By cause. */
  readonly incidentCounts: {
    readonly ended: Readonly<Record<string, number>>;
    readonly open: Readonly<Record<string, number>>;
  };
  /** Counters over all workers that ever lived. */
  readonly totals: {
    readonly duration: MetricsHistogram;
    readonly requests: readonly AdmissionCount[];
    readonly connectionsRefused: number;
  };
}

export interface MetricsWorker {
  /** Counts up: of two workers in one slot, the one with the higher id is the replacement. */
  readonly id: number;
  readonly slot: number;
  readonly state: MetricsWorkerState;
  readonly sample: MetricsSample | undefined;
}

export interface MetricsSample {
  readonly admission: AdmissionStats;
  readonly eventLoopUtilization: number;
  readonly eventLoopDelayP99Seconds: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly cpuSeconds: number;
}

export interface MetricsHistogram {
  readonly boundsSeconds: readonly number[];
  readonly series: readonly MetricsSeries[];
}

/** `counts` has one more entry than there are bounds, and is not cumulative. */
export interface MetricsSeries {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly counts: readonly number[];
  readonly sumSeconds: number;
}

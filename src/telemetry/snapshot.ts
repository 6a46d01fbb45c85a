import type { IndicatorReport } from '../core/health-link.ts';
import type { AdmissionCount, AdmissionStats } from '../admission/index.ts';
import type { Instrument } from '../core/instruments.ts';
import type { Exemplar } from './metric.ts';

type MetricsWorkerState = 'starting' | 'standby' | 'ready' | 'unresponsive' | 'draining';

export const WORKER_STATES: readonly MetricsWorkerState[] = Object.freeze([
  'starting',
  'standby',
  'ready',
  'unresponsive',
  'draining',
]);

/** What the metrics are made of. Plain data, shaped so that the supervisor's status is one as it stands. */
export interface MetricsSnapshot {
  readonly workers: readonly MetricsWorker[];
  /** Workers replaced since the start, by cause. */
  readonly restarts: Readonly<Record<string, number>>;
  /** Requests that were cut since a drain had no more time. */
  readonly cutRequests?: number | undefined;
  /** Workers that wait to take the place of others. */
  readonly standby?: { readonly wanted: number; readonly takeovers: number } | undefined;
  /** What the supervisor's own health indicators have found. */
  readonly health?: { readonly indicators: readonly IndicatorReport[] } | undefined;
  /** How much more the instance could do than it is asked for. */
  readonly headroom?: HeadroomFigures | undefined;
  /** Clients that were answered while no worker took requests. */
  readonly fallbackResponder?: { readonly answered: number } | undefined;
  /** Read for the purpose. */
  readonly machine?: MachineFigures | undefined;
  /** What the user's script measures. */
  readonly script?: ScriptFigures | undefined;
  /** Of the process that renders them. */
  readonly supervisor?: SupervisorFigures | undefined;
  /** Requests that are shed because requests like them have ended several workers. */
  readonly quarantine?:
    | { readonly begun: number; readonly entries: readonly { readonly scope: string }[] }
    | undefined;
  /** How sheddable requests are shared out between tenants. */
  readonly fairness?: FairnessFigures | undefined;
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
    readonly instruments: readonly Instrument[];
  };
}

/** Requests a second; see docs/guide/headroom.md. */
export interface HeadroomFigures {
  readonly capacity:
    | { readonly kind: 'known'; readonly rps: number; readonly lowRps: number; readonly highRps: number }
    | { readonly kind: 'unknown' };
  readonly peakRps: number | undefined;
  readonly ratio: number | undefined;
}

export interface FairnessFigures {
  readonly scope: string;
  readonly tenants: number;
  readonly largestShare: number;
  readonly instances: number;
  readonly exchanges: { readonly answered: number; readonly unanswered: number };
}

/** What the kernel tells; undefined for what it doesn't. */
export interface MachineFigures {
  /** Open file descriptors of each worker, by its id. */
  readonly descriptors: ReadonlyMap<number, { readonly count: number; readonly limit: number } | undefined>;
  /** Of the control group, or of the machine. */
  readonly memory:
    | { readonly usedBytes: number; readonly limitBytes: number; readonly source: string }
    | undefined;
  /** How long the control group was held back by its limit of processor time. */
  readonly throttledSeconds: number | undefined;
  /** Connections that wait to be accepted, by port. */
  readonly acceptQueues: ReadonlyMap<number, number>;
}

/** What the script measures by itself, over all workers. */
export interface ScriptFigures {
  readonly families: readonly {
    readonly name: string;
    readonly help: string;
    readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
    /** As in the text format, with their values. */
    readonly samples: readonly (readonly [series: string, value: number])[];
  }[];
  /** What is missing, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** What the supervisor tells of its own process. */
export interface SupervisorFigures {
  /** Of Respite. */
  readonly version: string;
  readonly nodeVersion: string;
  readonly startedAtMs: number;
  readonly rssBytes: number;
  readonly cpuSeconds: number;
  readonly eventLoopActiveSeconds: number;
  readonly eventLoopIdleSeconds: number;
}

/** What a worker's V8 and Node.js tell of themselves. */
export interface MetricsRuntime {
  /** In seconds, over the last second. */
  readonly eventLoopDelay: Readonly<
    Record<'min' | 'max' | 'mean' | 'stddev' | 'p50' | 'p90' | 'p99', number>
  >;
  readonly eventLoopActiveSeconds: number;
  readonly eventLoopIdleSeconds: number;
  readonly heapSpaces: readonly {
    readonly name: string;
    readonly usedBytes: number;
    readonly sizeBytes: number;
    readonly availableBytes: number;
    readonly physicalBytes: number;
  }[];
  readonly collections: readonly {
    readonly type: string;
    readonly counts: readonly number[];
    readonly sumSeconds: number;
  }[];
  readonly openConnections: number;
}

export interface MetricsWorker {
  /** Counts up: of two workers in one slot, the one with the higher id is the replacement. */
  readonly id: number;
  readonly slot: number;
  readonly state: MetricsWorkerState;
  readonly sample: MetricsSample | undefined;
  /** What health indicators in the worker have found. */
  readonly health?: readonly IndicatorReport[] | undefined;
}

export interface MetricsSample {
  readonly admission: AdmissionStats;
  readonly eventLoopUtilization: number;
  readonly eventLoopDelayP99Seconds: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly cpuSeconds: number;
  readonly runtime?: MetricsRuntime | undefined;
  readonly instruments: readonly Instrument[];
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
  /** By bucket. */
  readonly exemplars?: readonly (Exemplar | undefined)[] | undefined;
}

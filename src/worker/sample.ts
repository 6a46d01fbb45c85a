import type { AdmissionStats } from '../admission/index.ts';
import type { RowLabels } from '../core/counter-table.ts';
import type { Instrument } from '../core/instruments.ts';
import type { RuntimeFigures } from './runtime-figures.ts';

/** What a worker tells of itself once a second. Counters count since the worker started; the rest is of the last second. */
export interface WorkerSample {
  readonly admission: AdmissionStats;
  /** How long requests took, by route, method and status, since the worker started. */
  readonly duration: DurationHistogram;
  /** 0 idle to 1 busy, over the time since the last sample. */
  readonly eventLoopUtilization: number;
  /** 99th percentile of event-loop delay since the last sample, in seconds. */
  readonly eventLoopDelayP99Seconds: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly cpuSeconds: number;
  /** What V8 and Node.js tell of themselves. */
  readonly runtime?: RuntimeFigures | undefined;
  /** What parts that the user's code uses count: the cache's metrics and the like. */
  readonly instruments: readonly Instrument[];
}

/** A sample as it travels. What is counted for each request doesn't, but lies in a file that the supervisor has open too. */
export interface SentSample extends Omit<WorkerSample, 'admission' | 'duration'> {
  readonly admission: Omit<AdmissionStats, 'requests'>;
  /** Where there is no such file: all counters, since the worker started. */
  readonly counters: ReportedCounters | undefined;
  /** Requests that belong to traces; those of the last second. */
  readonly exemplars: readonly SentExemplar[];
}

/** A request that belongs to a trace. */
export interface SentExemplar extends DurationExemplar {
  /** Of the worker's counters. */
  readonly row: number;
  readonly bucket: number;
}

/** A request of a bucket, and the trace that it belongs to. */
export interface DurationExemplar {
  readonly traceId: string;
  /** What it took, in seconds. */
  readonly value: number;
  readonly atMs: number;
}

/** Rows of a counter table. */
export interface ReportedCounters {
  readonly labels: readonly RowLabels[];
  readonly cells: Float64Array;
}

/** Time from a request's arrival at the hook to the close of its response. */
export interface DurationHistogram {
  /** Upper bounds of the buckets in seconds, without +Inf. */
  readonly boundsSeconds: readonly number[];
  readonly series: readonly DurationSeries[];
}

/** One histogram; `counts` has one more entry than there are bounds: the last is everything above. Not cumulative. */
export interface DurationSeries {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly counts: readonly number[];
  readonly sumSeconds: number;
  /** By bucket; undefined where no request of the series had a trace. */
  readonly exemplars?: readonly (DurationExemplar | undefined)[] | undefined;
}

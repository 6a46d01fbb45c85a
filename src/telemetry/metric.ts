// Metrics as they are shown, whatever the format.

export type MetricLabels = Readonly<Record<string, string | number>>;

/** A counter's name ends with `_total`, a gauge's with its unit. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly values: readonly MetricValue[];
}

export interface MetricValue {
  readonly labels: MetricLabels;
  readonly value: number;
}

export interface Histogram {
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  /** Upper bounds of the buckets, without +Inf. */
  readonly bounds: readonly number[];
  readonly series: readonly HistogramSeries[];
}

/** `counts` has one more entry than there are bounds, and is not cumulative. */
export interface HistogramSeries {
  readonly labels: MetricLabels;
  readonly counts: readonly number[];
  readonly sum: number;
  /** One of the requests in each bucket, where one is known. */
  readonly exemplars?: readonly (Exemplar | undefined)[] | undefined;
}

/** A single observation, and the trace that it belongs to. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly atMs: number;
}

export type Reading = readonly [labels: MetricLabels, value: number];

export function counter(name: string, help: string, readings: readonly Reading[]): Metric {
  return metric('counter', name, help, readings);
}

export function gauge(name: string, help: string, readings: readonly Reading[]): Metric {
  return metric('gauge', name, help, readings);
}

function metric(type: 'counter' | 'gauge', name: string, help: string, readings: readonly Reading[]): Metric {
  const values = readings.map(([labels, value]) => ({ labels, value }));
  return { name, help, type, values };
}

// The JSON of prom-client's `getMetricsAsJSON`, which `AggregatorRegistry.aggregate` takes.

type Labels = Readonly<Record<string, string | number>>;

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly aggregator: 'sum';
  readonly values: readonly MetricValue[];
}

export interface MetricValue {
  readonly labels: Labels;
  readonly value: number;
  /** Where it is not the metric's own: `_bucket`, `_sum`, `_count`. */
  readonly metricName?: string;
}

export type Reading = readonly [labels: Labels, value: number];

export function counter(name: string, help: string, readings: readonly Reading[]): Metric {
  return metric('counter', name, help, readings);
}

export function gauge(name: string, help: string, readings: readonly Reading[]): Metric {
  return metric('gauge', name, help, readings);
}

function metric(type: 'counter' | 'gauge', name: string, help: string, readings: readonly Reading[]): Metric {
  const values = readings.map(([labels, value]) => ({ labels, value }));
  return { name, help, type, aggregator: 'sum', values };
}

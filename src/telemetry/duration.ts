import type { Metric, MetricValue } from './metric.ts';
import type { MetricsHistogram, MetricsSeries } from './snapshot.ts';

const NAME = 'http_server_request_duration_seconds';

/** The histogram of OpenTelemetry's `http.server.request.duration`, cumulative as Prometheus wants it. */
export function durationMetric({ boundsSeconds, series }: MetricsHistogram): Metric {
  return {
    name: NAME,
    help: 'Time from the arrival of a request to the close of its response, in seconds.',
    type: 'histogram',
    aggregator: 'sum',
    values: series.flatMap((one) => seriesValues(boundsSeconds, one)),
  };
}

function seriesValues(boundsSeconds: readonly number[], series: MetricsSeries): MetricValue[] {
  const labels = {
    http_request_method: series.method,
    http_route: series.route,
    http_response_status_code: series.status,
  };
  let total = 0;
  const buckets = series.counts.map((count, i) => {
    total += count;
    return {
      metricName: `${NAME}_bucket`,
      labels: { ...labels, le: boundsSeconds[i] ?? '+Inf' },
      value: total,
    };
  });
  return [
    ...buckets,
    { metricName: `${NAME}_sum`, labels, value: series.sumSeconds },
    { metricName: `${NAME}_count`, labels, value: total },
  ];
}

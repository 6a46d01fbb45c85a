import type { Histogram } from './metric.ts';
import type { MetricsHistogram } from './snapshot.ts';

/** The histogram of OpenTelemetry's `http.server.request.duration`. */
export function durationMetric({ boundsSeconds, series }: MetricsHistogram): Histogram {
  return {
    name: 'http_server_request_duration_seconds',
    help: 'Time from the arrival of a request to the close of its response, in seconds.',
    type: 'histogram',
    bounds: boundsSeconds,
    series: series.map(({ method, route, status, counts, sumSeconds, exemplars }) => ({
      labels: { http_request_method: method, http_route: route, http_response_status_code: status },
      counts,
      sum: sumSeconds,
      exemplars,
    })),
  };
}

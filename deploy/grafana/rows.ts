// What the dashboard shows, row by row.
import { curves, figure, type Query, type SizedPanel, states } from './panels.ts';

/** Panels under a title, and the number of them in a row. */
interface Row {
  readonly title: string;
  readonly columns: number;
  readonly panels: readonly SizedPanel[];
}

/** What the variables of the dashboard choose. */
const CHOSEN = 'job=~"$job", instance=~"$instance"';

/** A metric, with further matchers. */
export function of(metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${[CHOSEN, ...matchers].join(', ')}}`;
}

function rate(metric: string, ...matchers: readonly string[]): string {
  return `rate(${of(metric, ...matchers)}[$__rate_interval])`;
}

const ANSWERED = 'http_server_request_duration_seconds_count';
const DECIDED = 'respite_admission_requests_total';

/** Those whom no worker has counted: connections closed before their request, and clients that the fallback responder answered. */
const UNSERVED = `(sum(${rate('respite_admission_connections_refused_total')}) + sum(${rate('respite_fallback_responses_total')}))`;
const ASKED = `(sum(${rate(ANSWERED)}) + ${UNSERVED})`;
/** What was refused to make room (429) is as agreed with its caller: neither good nor bad. */
const GOOD = `(sum(${rate(ANSWERED, 'http_response_status_code!~"429|5.."')}) or vector(0))`;
const OWED = `(sum(${rate(ANSWERED, 'http_response_status_code!="429"')}) + ${UNSERVED})`;
const REFUSED = `(sum(${rate(DECIDED, 'decision="shed"')}) or vector(0))`;
const SERVED = 'http_response_status_code!~"429|503"';

function percentile(share: number): Query {
  const buckets = `sum by (le) (${rate('http_server_request_duration_seconds_bucket', SERVED)})`;
  return [`histogram_quantile(${share}, ${buckets})`, `p${share * 100}`];
}

/** Curves of a rate, one for each value of a label. */
function rates(metric: string, label: string, ...matchers: readonly string[]): Query {
  return [`sum by (${label}) (${rate(metric, ...matchers)})`, `{{${label}}}`];
}

/** Made anew each time, since builders remember where they were put. */
export function rows(): readonly Row[] {
  return [
    {
      title: 'Is it well?',
      columns: 6,
      panels: [
        figure('Goodput', `${GOOD} / ${OWED}`, 'percentunit', 'red', [
          [0.99, 'orange'],
          [0.999, 'green'],
        ]).description(
          'Share of the requests, except those shed with 429, that are answered, and not with an error.',
        ),
        figure(
          'Refused',
          `${REFUSED} / (${REFUSED} + sum(${rate(DECIDED, 'decision!="shed"')}))`,
          'percentunit',
          'green',
          [
            [0.001, 'orange'],
            [0.2, 'red'],
          ],
        ),
        figure('Utilization', `max(${of('respite_utilization')})`, 'percentunit', 'green', [
          [0.7, 'orange'],
          [0.95, 'red'],
        ]).description(
          'Of the fullest instance: its event loop, requests or bytes in flight against their limits, or memory.',
        ),
        figure('Ready workers', `sum(${of('respite_workers', 'state="ready"')})`, 'none', 'red', [
          [1, 'green'],
        ]),
        figure('Open incidents', `sum(${of('respite_incidents_open')})`, 'none', 'green', [[1, 'red']]),
        figure(
          'Dependencies down',
          `count(${of('respite_health_status')} == 0) or vector(0)`,
          'none',
          'green',
          [[1, 'red']],
        ),
      ],
    },
    {
      title: 'Requests',
      columns: 3,
      panels: [
        curves('Goodput', 'reqps', [GOOD, 'good'], [ASKED, 'asked for']).description(
          'The gap is what is refused or fails.',
        ),
        curves('Answers, by status', 'reqps', rates(ANSWERED, 'http_response_status_code')),
        curves('Latency', 's', percentile(0.5), percentile(0.95), percentile(0.99)).description(
          'From arrival to the end of the response; what is refused is left out.',
        ),
        curves('Refused, by reason', 'reqps', rates(DECIDED, 'reason', 'decision="shed"')),
        curves('Refused, by criticality', 'reqps', rates(DECIDED, 'criticality', 'decision="shed"')),
        curves('Requests, by route', 'reqps', rates(ANSWERED, 'http_route')),
      ],
    },
    {
      title: 'Load',
      columns: 3,
      panels: [
        curves(
          'In flight, and the limit',
          'none',
          [`sum(${of('respite_admission_in_flight')})`, 'in flight'],
          [`sum(${of('respite_admission_limit')})`, 'limit'],
        ),
        curves(
          'Utilization',
          'percentunit',
          [of('respite_utilization'), '{{instance}}'],
          [`max by (resource) (${of('respite_resource_utilization')})`, '{{resource}}'],
        )
          .min(0)
          .description('The figure to scale by, and how full each resource is.'),
        curves(
          'Capacity, and what was asked for',
          'reqps',
          [`sum(${of('respite_capacity_rps')})`, 'estimated capacity'],
          [`sum(${of('respite_peak_rps')})`, 'busiest minute of the last day'],
          [ASKED, 'now'],
        )
          .min(0)
          .description('The capacity is estimated from ordinary traffic. Empty while it is unknown.'),
        curves('Headroom', 'none', [of('respite_headroom_ratio'), '{{instance}}'])
          .min(0)
          .description(
            'The instance is full at that many times the busiest minute of the last day. Empty while it is unknown.',
          ),
        curves('Pressure, by signal', 'percentunit', [
          `max by (signal) (${of('respite_admission_pressure')})`,
          '{{signal}}',
        ])
          .min(0)
          .max(1)
          .description('From 0, where a signal begins to refuse the least important, to 1.'),
        curves('Bodies in flight', 'bytes', [
          `sum by (instance) (${of('respite_admission_bytes_in_flight')})`,
          '{{instance}}',
        ]),
      ],
    },
    {
      title: 'Workers',
      columns: 4,
      panels: [
        curves('Event loop delay, p99', 's', [
          of('nodejs_eventloop_delay_p99_seconds'),
          '{{instance}} {{worker}}',
        ]),
        curves('Event loop utilization', 'percentunit', [
          of('nodejs_eventloop_utilization'),
          '{{instance}} {{worker}}',
        ])
          .min(0)
          .max(1),
        curves('CPU', 'none', [
          `sum by (instance, worker) (${rate('process_cpu_time_seconds_total')})`,
          '{{instance}} {{worker}}',
        ]).description('In cores.'),
        curves(
          'Memory',
          'bytes',
          [of('process_memory_usage_bytes'), 'resident {{instance}} {{worker}}'],
          [
            `sum by (instance, worker) (${of('v8js_memory_heap_used_bytes')})`,
            'heap {{instance}} {{worker}}',
          ],
        ),
      ],
    },
    {
      title: 'Healing',
      columns: 3,
      panels: [
        curves('Workers, by state', 'none', [`sum by (state) (${of('respite_workers')})`, '{{state}}']),
        curves('Workers replaced, by cause', 'none', [
          `sum by (cause) (increase(${of('respite_worker_restarts_total')}[$__rate_interval]))`,
          '{{cause}}',
        ]),
        curves('Open incidents, by cause', 'none', [
          `sum by (cause) (${of('respite_incidents_open')})`,
          '{{cause}}',
        ]),
        curves('Incidents that are over, by cause', 'none', [
          `sum by (cause) (increase(${of('respite_incidents_total')}[$__range]))`,
          '{{cause}}',
        ]).description('Within the time that the dashboard shows.'),
        curves(
          'Quarantine',
          'none',
          [`sum(${of('respite_quarantines')})`, 'quarantines now'],
          [`sum(increase(${of('respite_quarantines_total')}[$__rate_interval]))`, 'begun'],
        )
          .min(0)
          .description('Kinds of requests that are shed because they have ended workers.'),
        curves('Requests shed in quarantine', 'reqps', [
          `sum(${rate(DECIDED, 'decision="shed"', 'reason="quarantine"')})`,
          'shed',
        ]).min(0),
      ],
    },
    {
      title: 'What it needs',
      columns: 2,
      panels: [
        states('Health', [
          `min by (indicator, instance) (${of('respite_health_status')})`,
          '{{indicator}} {{instance}}',
        ]),
        curves('Duration of checks', 's', [
          `max by (indicator) (${of('respite_health_check_duration_seconds')})`,
          '{{indicator}}',
        ]),
      ],
    },
    {
      title: 'Other services',
      columns: 5,
      panels: [
        curves('Requests to other services', 'reqps', rates('respite_client_requests_total', 'peer')),
        curves(
          'Their failures',
          'reqps',
          rates('respite_client_requests_total', 'peer', 'outcome=~"5xx|no-response"'),
        ).description('Answered with 5xx, or without a response.'),
        curves('Time to their response', 's', [
          `sum by (peer) (${rate('respite_client_request_seconds_total')}) / sum by (peer) (${rate('respite_client_requests_total')})`,
          '{{peer}}',
        ]).description('Mean of each peer, until the headers.'),
        curves(
          'Retries, and calls held back',
          'reqps',
          [`sum(${rate('respite_client_retries_total')})`, 'retries'],
          [`sum(${rate('respite_client_dry_run_total')})`, 'only counted, in a dry run'],
          rates('respite_client_held_back_total', 'reason'),
        ).description('Of respite/client.'),
        curves('Circuits that are not closed', 'none', [
          `sum by (peer, state) (${of('respite_client_peers', 'state!="closed"')})`,
          '{{peer}} {{state}}',
        ])
          .min(0)
          .description('Of respite/client: in how many workers each is.'),
      ],
    },
    {
      title: 'Cache',
      columns: 3,
      panels: [
        curves('Requests to the cache, by result', 'reqps', rates('respite_cache_requests_total', 'result')),
        curves('Answered without the origin', 'percentunit', [
          `sum(${rate('respite_cache_requests_total', 'result=~"hit|stale"')}) / sum(${rate('respite_cache_requests_total')})`,
          'hit or stale',
        ])
          .min(0)
          .max(1),
        curves('Store', 'ops', rates('respite_cache_store_operations_total', 'operation'), [
          `sum(${rate('respite_cache_store_errors_total')})`,
          'errors',
        ]),
      ],
    },
    {
      title: 'Slow clients',
      columns: 3,
      panels: [
        curves(
          'Not yet taken by clients',
          'bytes',
          [`sum(${of('respite_backpressure_pending_bytes')})`, 'pending'],
          [`sum(${of('respite_backpressure_held_bytes')})`, 'memory held'],
        ),
        curves(
          'Connections',
          'none',
          [`sum(${of('respite_backpressure_channels')})`, 'open'],
          [`sum(${of('respite_backpressure_blocked_channels')})`, 'blocked'],
        ),
        curves('Disconnected, by reason', 'ops', rates('respite_backpressure_evictions_total', 'reason'), [
          `sum(${rate('respite_backpressure_dropped_messages_total')})`,
          'messages dropped',
        ]),
      ],
    },
  ];
}

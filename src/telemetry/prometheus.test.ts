import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fairnessMetrics } from './fairness.ts';
import { headroomMetrics } from './headroom.ts';
import { renderMetrics } from './prometheus.ts';
import type { MetricsSample, MetricsSnapshot, MetricsWorker } from './snapshot.ts';
import { histories } from '../../test/harness/histories.ts';

const render = (snapshot: MetricsSnapshot): string => renderMetrics(snapshot, 'prometheus');

const EMPTY: MetricsSnapshot = {
  workers: [],
  restarts: { exit: 0, signal: 0, rolling: 0 },
  incidentCounts: { ended: { crash: 0 }, open: { crash: 0 } },
  totals: {
    duration: { boundsSeconds: [], series: [] },
    requests: [],
    connectionsRefused: 0,
    instruments: [],
  },
};

function sample(admission: Partial<MetricsSample['admission']> = {}): MetricsSample {
  return {
    admission: {
      limit: 10,
      inFlight: 0,
      bodyBudgetBytes: 1000,
      bytesInFlight: 0,
      utilization: 0,
      refusedShare: 0,
      pressure: [],
      connectionsRefused: 0,
      requests: [],
      ...admission,
    },
    eventLoopUtilization: 0.25,
    eventLoopDelayP99Seconds: 0.012,
    rssBytes: 5e7,
    heapUsedBytes: 2e7,
    cpuSeconds: 1.5,
    runtime: {
      eventLoopDelay: {
        min: 0.001,
        max: 0.02,
        mean: 0.002,
        stddev: 0.001,
        p50: 0.002,
        p90: 0.01,
        p99: 0.012,
      },
      eventLoopActiveSeconds: 3,
      eventLoopIdleSeconds: 4,
      heapSpaces: [
        { name: 'old_space', usedBytes: 2e7, sizeBytes: 3e7, availableBytes: 1e6, physicalBytes: 3e7 },
      ],
      collections: [{ type: 'minor', counts: [5, 1, 0, 0, 0], sumSeconds: 0.06 }],
      openConnections: 12,
    },
    instruments: [],
  };
}

function press(signal: string, pressure: number): MetricsSample['admission']['pressure'][number] {
  return { signal, value: 1, pressure };
}

function worker(id: number, slot: number, state: MetricsWorker['state'], own?: MetricsSample): MetricsWorker {
  return { id, slot, state, sample: own };
}

/** Reads the text format back: `name{label="value"}` to number. Refuses a line that is none and a series given twice. */
function parse(text: string): Map<string, number> {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ') || line.startsWith('# TYPE ')) continue;
    const [, name, value] =
      /^([a-z][a-z0-9_]*(?:\{.*\})?) (\S+)$/.exec(line) ?? assert.fail(`not a sample: ${line}`);
    assert.ok(name !== undefined && !series.has(name), `given twice: ${line}`);
    series.set(name, Number(value));
  }
  return series;
}

function starting(series: Map<string, number>, prefix: string): Record<string, number> {
  return Object.fromEntries([...series].filter(([name]) => name.startsWith(prefix)));
}

test('an instance without workers has its states and causes at zero', () => {
  const series = parse(render(EMPTY));
  assert.equal(series.get('respite_workers{state="ready"}'), 0);
  assert.equal(series.get('respite_worker_restarts_total{cause="signal"}'), 0);
  assert.equal(series.get('http_server_active_requests'), 0);
  assert.equal(series.get('respite_admission_refused_share'), 0);
});

test('every metric has help and a type', () => {
  const text = render(EMPTY);
  const helped = [...text.matchAll(/^# HELP (\S+) \S.*\.$/gm)].map(([, name]) => name);
  const typed = [...text.matchAll(/^# TYPE (\S+) (?:counter|gauge|histogram)$/gm)].map(([, name]) => name);
  assert.deepEqual(helped, typed);
  assert.deepEqual(
    new Set(helped),
    new Set([
      'http_server_active_requests',
      'http_server_request_duration_seconds',
      'nodejs_eventloop_delay_p99_seconds',
      'nodejs_eventloop_utilization',
      'process_cpu_time_seconds_total',
      'process_memory_usage_bytes',
      'process_start_time_seconds',
      'respite_build_info',
      'respite_script_metrics_left_out_total',
      'respite_script_metrics_refused',
      'respite_supervisor_cpu_time_seconds_total',
      'respite_supervisor_eventloop_time_seconds_total',
      'respite_supervisor_memory_usage_bytes',
      'process_open_fds',
      'nodejs_eventloop_delay_max_seconds',
      'nodejs_eventloop_delay_mean_seconds',
      'nodejs_eventloop_delay_min_seconds',
      'nodejs_eventloop_delay_p50_seconds',
      'nodejs_eventloop_delay_p90_seconds',
      'nodejs_eventloop_delay_stddev_seconds',
      'nodejs_eventloop_time_seconds_total',
      'respite_accept_queue_connections',
      'respite_cpu_throttled_seconds_total',
      'respite_memory_limit_bytes',
      'respite_memory_used_bytes',
      'process_max_fds',
      'respite_worker_open_connections',
      'v8js_gc_duration_seconds',
      'v8js_memory_heap_space_available_size_bytes',
      'v8js_memory_heap_space_physical_size_bytes',
      'v8js_memory_heap_space_size_bytes',
      'respite_admission_bytes_in_flight',
      'respite_admission_connections_refused_total',
      'respite_admission_in_flight',
      'respite_admission_limit',
      'respite_admission_pressure',
      'respite_admission_refused_share',
      'respite_admission_requests_total',
      'respite_health_check_duration_seconds',
      'respite_health_status',
      'respite_incidents_total',
      'respite_incidents_open',
      'respite_quarantines_total',
      'respite_quarantines',
      'respite_utilization',
      'respite_resource_utilization',
      ...[...headroomMetrics(undefined), ...fairnessMetrics(EMPTY)].map(({ name }) => name),
      'respite_fallback_responses_total',
      'respite_drain_cut_requests_total',
      'respite_worker_restarts_total',
      'respite_workers',
      'respite_standby_takeovers_total',
      'respite_standby_wanted',
      'v8js_memory_heap_used_bytes',
    ]),
  );
});

test('what the fallback responder answered is counted', () => {
  const name = 'respite_fallback_responses_total';
  assert.equal(parse(render(EMPTY)).get(name), 0);
  assert.equal(parse(render({ ...EMPTY, fallbackResponder: { answered: 7 } })).get(name), 7);
});

test('readings are summed over workers, or labelled with their slot', () => {
  const series = parse(
    render({
      ...EMPTY,
      workers: [
        worker(
          1,
          1,
          'ready',
          sample({ inFlight: 9, bytesInFlight: 100, refusedShare: 0.2, pressure: [press('memory', 0.9)] }),
        ),
        worker(
          2,
          2,
          'ready',
          sample({
            inFlight: 1,
            bytesInFlight: 500,
            pressure: [press('memory', 0.1), press('db-pool', 0.5)],
          }),
        ),
      ],
    }),
  );
  assert.equal(series.get('http_server_active_requests'), 10);
  assert.equal(series.get('respite_admission_in_flight'), 10);
  assert.equal(series.get('respite_admission_limit'), 20);
  assert.equal(series.get('respite_admission_bytes_in_flight'), 600);
  assert.equal(series.get('respite_admission_pressure{signal="memory"}'), 0.9);
  assert.equal(series.get('respite_admission_pressure{signal="db-pool"}'), 0.5);
  assert.equal(series.get('respite_admission_refused_share'), 0.2);
  assert.equal(series.get('nodejs_eventloop_utilization{worker="2"}'), 0.25);
  assert.equal(series.get('nodejs_eventloop_delay_p99_seconds{worker="1"}'), 0.012);
  assert.equal(series.get('process_memory_usage_bytes{worker="1"}'), 5e7);
  assert.equal(series.get('v8js_memory_heap_used_bytes{worker="1",v8js_heap_space_name="old_space"}'), 2e7);
  assert.equal(series.get('nodejs_eventloop_delay_p90_seconds{worker="2"}'), 0.01);
  assert.equal(
    series.get('nodejs_eventloop_time_seconds_total{worker="2",nodejs_eventloop_state="idle"}'),
    4,
  );
  assert.equal(series.get('v8js_gc_duration_seconds_bucket{worker="1",v8js_gc_type="minor",le="0.1"}'), 6);
  assert.equal(series.get('respite_worker_open_connections{worker="1"}'), 12);
  assert.equal(series.get('process_cpu_time_seconds_total{worker="1"}'), 1.5);
  assert.equal(series.get('respite_workers{state="ready"}'), 2);
  // The first worker sheds a fifth of its requests: it is full.
  assert.equal(series.get('respite_utilization'), 0.75);
  assert.equal(series.get('respite_resource_utilization{resource="in-flight"}'), 0.55);
  assert.equal(series.get('respite_resource_utilization{resource="memory"}'), 0.5);
  assert.equal(series.get('respite_resource_utilization{resource="event-loop"}'), 0.25);
});

test('during a replacement the slot shows the newer worker, and the limit leaves out the old one', () => {
  const series = parse(
    render({
      ...EMPTY,
      workers: [
        worker(2, 1, 'ready', { ...sample({ inFlight: 2 }), rssBytes: 7 }),
        worker(1, 1, 'draining', sample({ inFlight: 3 })),
      ],
    }),
  );
  assert.deepEqual(starting(series, 'process_memory_usage_bytes'), {
    'process_memory_usage_bytes{worker="1"}': 7,
  });
  assert.equal(series.get('respite_admission_limit'), 10);
  assert.equal(series.get('respite_admission_in_flight'), 5);
});

test('a replacement that has told nothing yet leaves its slot to the old worker', () => {
  const series = parse(
    render({
      ...EMPTY,
      workers: [worker(1, 1, 'ready', sample()), worker(2, 1, 'starting')],
    }),
  );
  assert.equal(series.get('process_memory_usage_bytes{worker="1"}'), 5e7);
});

test('a blocked event loop is not shown with its reading from before', () => {
  const series = parse(render({ ...EMPTY, workers: [worker(1, 1, 'unresponsive', sample())] }));
  assert.deepEqual(starting(series, 'nodejs_eventloop_utilization'), {});
  assert.deepEqual(starting(series, 'nodejs_eventloop_delay'), {});
  assert.equal(series.get('process_memory_usage_bytes{worker="1"}'), 5e7);
});

test('what parts count is shown under their names: counters of all times, gauges of now', () => {
  const help = 'Help.';
  const counted = {
    name: 'respite_a_total',
    help,
    type: 'counter',
    series: [{ labels: { x: '1' }, value: 3 }],
  } as const;
  const held = { name: 'respite_b', help, type: 'gauge', series: [{ labels: {}, value: 2 }] } as const;
  const own = { ...sample(), instruments: [counted, held] };
  const series = parse(
    render({
      ...EMPTY,
      workers: [worker(1, 1, 'ready', own), worker(2, 2, 'draining', own), worker(3, 3, 'starting')],
      totals: { ...EMPTY.totals, instruments: [counted] },
    }),
  );
  assert.equal(series.get('respite_a_total{x="1"}'), 3);
  assert.equal(series.get('respite_b'), 4);
});

test('buckets of the histogram are cumulative', () => {
  const series = parse(
    render({
      ...EMPTY,
      totals: {
        requests: [],
        connectionsRefused: 0,
        instruments: [],
        duration: {
          boundsSeconds: [0.1, 1],
          series: [{ method: 'GET', route: '/a', status: 200, counts: [2, 0, 1], sumSeconds: 3.5 }],
        },
      },
    }),
  );
  const labels = 'http_request_method="GET",http_route="/a",http_response_status_code="200"';
  assert.deepEqual(starting(series, 'http_server_request_duration_seconds'), {
    [`http_server_request_duration_seconds_bucket{${labels},le="0.1"}`]: 2,
    [`http_server_request_duration_seconds_bucket{${labels},le="1.0"}`]: 2,
    [`http_server_request_duration_seconds_bucket{${labels},le="+Inf"}`]: 3,
    [`http_server_request_duration_seconds_sum{${labels}}`]: 3.5,
    [`http_server_request_duration_seconds_count{${labels}}`]: 3,
  });
});

test('what was counted is what is shown, whatever the route is called', () => {
  const count = fc.record({
    decision: fc.constantFrom('admitted', 'would-shed', 'shed'),
    reason: fc.constantFrom('', 'in-flight', 'bytes'),
    criticality: fc.constantFrom('critical', 'sheddable', 'exempt'),
    route: fc.string(),
    count: fc.nat(),
  });
  const distinct = fc.uniqueArray(count, {
    selector: ({ decision, reason, criticality, route }) =>
      JSON.stringify([decision, reason, criticality, route]),
  });
  fc.assert(
    fc.property(distinct, (requests) => {
      const series = parse(render({ ...EMPTY, totals: { ...EMPTY.totals, requests } }));
      const expected = requests.map(({ decision, reason, criticality, route, count: value }) => {
        const escaped = route.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
        const labels = `decision="${decision}",reason="${reason}",criticality="${criticality}",route="${escaped}"`;
        return [`respite_admission_requests_total{${labels}}`, value];
      });
      assert.deepEqual(starting(series, 'respite_admission_requests_total'), Object.fromEntries(expected));
    }),
    { numRuns: histories(50) },
  );
});

test('what the kernel tells is shown, and what it does not is missing', () => {
  const machine = {
    descriptors: new Map([
      [1, { count: 30, limit: 1024 }],
      [2, undefined],
    ]),
    memory: { usedBytes: 5, limitBytes: 9, source: 'control group' },
    throttledSeconds: 1.5,
    acceptQueues: new Map([[3000, 7]]),
  };
  const workers = [worker(1, 1, 'ready', sample()), worker(2, 2, 'ready', sample())];
  const series = parse(render({ ...EMPTY, workers, machine }));
  assert.deepEqual(starting(series, 'process_open'), {
    'process_open_fds{worker="1"}': 30,
  });
  assert.equal(series.get('process_max_fds{worker="1"}'), 1024);
  assert.equal(series.get('respite_memory_used_bytes{source="control group"}'), 5);
  assert.equal(series.get('respite_memory_limit_bytes{source="control group"}'), 9);
  assert.equal(series.get('respite_cpu_throttled_seconds_total'), 1.5);
  assert.equal(series.get('respite_accept_queue_connections{port="3000"}'), 7);
});

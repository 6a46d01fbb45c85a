// Figures of V8, Node.js and the kernel, under the names of OpenTelemetry's semantic conventions where there is one.
import { counter, gauge, type Histogram, type Metric, type Reading } from './metric.ts';
import type { MachineFigures, MetricsRuntime, MetricsWorker } from './snapshot.ts';

/** OpenTelemetry's advice for v8js.gc.duration. */
const GC_BOUNDS_SECONDS: readonly number[] = [0.01, 0.1, 1, 10];

const DELAYS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90'] as const;

const SPACES = [
  ['v8js_memory_heap_used_bytes', 'Used of each space of the JavaScript heap, in bytes.', 'usedBytes'],
  ['v8js_memory_heap_space_size_bytes', 'Size of each space of the JavaScript heap, in bytes.', 'sizeBytes'],
  [
    'v8js_memory_heap_space_available_size_bytes',
    'Available in each space of the JavaScript heap, in bytes.',
    'availableBytes',
  ],
  [
    'v8js_memory_heap_space_physical_size_bytes',
    'Committed of each space of the JavaScript heap, in bytes.',
    'physicalBytes',
  ],
] as const;

interface Of {
  readonly slot: number;
  readonly runtime: MetricsRuntime;
}

/**
 * @param workers The one of each slot that is shown.
 * @param responsive Those whose event loop is responsive.
 */
export function runtimeMetrics(
  workers: readonly MetricsWorker[],
  responsive: readonly MetricsWorker[],
): (Metric | Histogram)[] {
  const all = runtimesOf(workers);
  const turning = runtimesOf(responsive);
  return [
    // The 99th percentile is the one that was always there.
    ...DELAYS.map((figure) =>
      gauge(
        `nodejs_eventloop_delay_${figure}_seconds`,
        `Event-loop delay over the last second: ${figure}, in seconds.`,
        turning.map(({ slot, runtime }) => [{ worker: slot }, runtime.eventLoopDelay[figure]]),
      ),
    ),
    counter(
      'nodejs_eventloop_time_seconds_total',
      'Time that the event loop has been active and idle, in seconds.',
      all.flatMap(({ slot, runtime }): Reading[] => [
        [{ worker: slot, nodejs_eventloop_state: 'active' }, runtime.eventLoopActiveSeconds],
        [{ worker: slot, nodejs_eventloop_state: 'idle' }, runtime.eventLoopIdleSeconds],
      ]),
    ),
    ...SPACES.map(([name, help, figure]) =>
      gauge(
        name,
        help,
        all.flatMap(({ slot, runtime }) =>
          runtime.heapSpaces.map((space): Reading => [
            { worker: slot, v8js_heap_space_name: space.name },
            space[figure],
          ]),
        ),
      ),
    ),
    {
      name: 'v8js_gc_duration_seconds',
      help: 'Time that garbage collections took, in seconds.',
      type: 'histogram',
      bounds: GC_BOUNDS_SECONDS,
      series: all.flatMap(({ slot, runtime }) =>
        runtime.collections.map(({ type, counts, sumSeconds }) => ({
          labels: { worker: slot, v8js_gc_type: type },
          counts,
          sum: sumSeconds,
        })),
      ),
    },
    gauge(
      'respite_worker_open_connections',
      'Connections that the servers of a worker have open.',
      all.map(({ slot, runtime }) => [{ worker: slot }, runtime.openConnections]),
    ),
  ];
}

/** @param workers The one of each slot that is shown. */
export function machineMetrics(
  machine: MachineFigures | undefined,
  workers: readonly MetricsWorker[],
): Metric[] {
  const { descriptors, memory, throttledSeconds, acceptQueues } = machine ?? NOTHING;
  const of = (figure: 'count' | 'limit'): Reading[] =>
    workers.flatMap(({ id, slot }): Reading[] => {
      const reading = descriptors.get(id);
      return reading === undefined ? [] : [[{ worker: slot }, reading[figure]]];
    });
  return [
    // Prometheus' own names: OpenTelemetry's ends with _count, which Prometheus keeps for histograms.
    gauge('process_open_fds', 'Open file descriptors of the worker process.', of('count')),
    gauge('process_max_fds', 'How many of them it may have.', of('limit')),
    gauge(
      'respite_memory_used_bytes',
      'Memory used by the control group, or by the machine where the group has no limit, in bytes.',
      memory === undefined ? [] : [[{ source: memory.source }, memory.usedBytes]],
    ),
    gauge(
      'respite_memory_limit_bytes',
      'How much of it there is, in bytes.',
      memory === undefined ? [] : [[{ source: memory.source }, memory.limitBytes]],
    ),
    counter(
      'respite_cpu_throttled_seconds_total',
      'Time that the control group was held back by its limit of processor time, in seconds.',
      throttledSeconds === undefined ? [] : [[{}, throttledSeconds]],
    ),
    gauge(
      'respite_accept_queue_connections',
      'Connections that wait in the kernel to be accepted.',
      [...acceptQueues].map(([port, count]) => [{ port }, count]),
    ),
  ];
}

const NOTHING: MachineFigures = {
  descriptors: new Map(),
  memory: undefined,
  throttledSeconds: undefined,
  acceptQueues: new Map(),
};

function runtimesOf(workers: readonly MetricsWorker[]): Of[] {
  return workers.flatMap(({ slot, sample }) =>
    sample?.runtime === undefined ? [] : [{ slot, runtime: sample.runtime }],
  );
}

import type { SignalPressure } from '../admission/index.ts';
import { sumInstruments } from '../core/instruments.ts';
import { durationMetric } from './duration.ts';
import { fairnessMetrics } from './fairness.ts';
import { headroomMetrics } from './headroom.ts';
import { healthMetrics } from './health.ts';
import { type Format, renderText } from './exposition.ts';
import { counter, gauge, type Histogram, type Metric, type Reading } from './metric.ts';
import { machineMetrics, runtimeMetrics } from './runtime.ts';
import { type MetricsSample, type MetricsSnapshot, type MetricsWorker, WORKER_STATES } from './snapshot.ts';
import { acceptable, scriptMetrics } from './script.ts';
import { supervisorMetrics } from './supervisor.ts';
import { utilization } from './utilization.ts';

/** The snapshot as text. */
export function renderMetrics(snapshot: MetricsSnapshot, format: Format): string {
  const { script } = snapshot;
  const own = metricsOf(snapshot);
  const families = acceptable(script?.families ?? [], [...own, ...scriptMetrics(script, 0)]);
  const refused = (script?.families.length ?? 0) - families.length;
  return renderText([...own, ...scriptMetrics(script, refused)], format, families);
}

function metricsOf(snapshot: MetricsSnapshot): (Metric | Histogram)[] {
  return [
    durationMetric(snapshot.totals.duration),
    ...admissionMetrics(snapshot),
    ...utilizationMetrics(snapshot),
    ...headroomMetrics(snapshot.headroom),
    ...workerMetrics(snapshot),
    fallbackMetric(snapshot),
    ...healthMetrics(snapshot),
    ...instrumentMetrics(snapshot),
    ...incidentMetrics(snapshot),
    ...quarantineMetrics(snapshot),
    ...fairnessMetrics(snapshot),
    ...supervisorMetrics(snapshot.supervisor),
  ];
}

function admissionMetrics({ workers, totals }: MetricsSnapshot): Metric[] {
  const samples = workers.flatMap(({ sample }) => (sample === undefined ? [] : [sample.admission]));
  // A draining worker still has requests in flight but takes no more, and a standby takes none.
  const open = workers.flatMap(({ sample, state }) =>
    sample === undefined || state === 'draining' || state === 'standby' ? [] : [sample.admission],
  );
  const inFlight = sum(samples.map((sample) => sample.inFlight));
  return [
    gauge('http_server_active_requests', 'Requests being handled now, over all workers.', [[{}, inFlight]]),
    counter(
      'respite_admission_requests_total',
      'Requests by what admission control decided and why.',
      totals.requests.map(({ count, decision, reason, criticality, route }) => [
        { decision, reason, criticality, route },
        count,
      ]),
    ),
    gauge('respite_admission_limit', 'Requests in flight at which everything is shed, over all workers.', [
      [{}, sum(open.map((sample) => sample.limit))],
    ]),
    gauge('respite_admission_in_flight', 'Requests that admission control has let in and are not done.', [
      [{}, inFlight],
    ]),
    gauge('respite_admission_bytes_in_flight', 'Bytes of request bodies held by requests in flight.', [
      [{}, sum(samples.map((sample) => sample.bytesInFlight))],
    ]),
    gauge(
      'respite_admission_pressure',
      'How hard each signal presses the worker that it presses hardest, 0 to 1.',
      largestOf(open.flatMap((sample) => sample.pressure)),
    ),
    gauge(
      'respite_admission_refused_share',
      'Share of the requests refused to make room for more important ones, of the worker that refuses most.',
      [[{}, Math.max(0, ...open.map((sample) => sample.refusedShare))]],
    ),
    counter('respite_admission_connections_refused_total', 'Connections closed without a request.', [
      [{}, totals.connectionsRefused],
    ]),
  ];
}

function utilizationMetrics(snapshot: MetricsSnapshot): Metric[] {
  const now = utilization(snapshot);
  return [
    gauge(
      'respite_utilization',
      'Share of what this instance can do that it does now, 0 to 1: the figure to scale by.',
      now === undefined ? [] : [[{}, now.value]],
    ),
    gauge(
      'respite_resource_utilization',
      'How full each resource of this instance is, 0 to 1: the fullest is what it sheds for.',
      Object.entries(now?.resources ?? {}).map(([resource, share]) => [{ resource }, share]),
    ),
  ];
}

function largestOf(readings: readonly SignalPressure[]): Reading[] {
  const largest = new Map<string, number>();
  for (const { signal, pressure } of readings) {
    largest.set(signal, Math.max(pressure, largest.get(signal) ?? 0));
  }
  return [...largest].map(([signal, pressure]) => [{ signal }, pressure]);
}

function workerMetrics({
  workers,
  restarts,
  cutRequests = 0,
  standby,
  machine,
}: MetricsSnapshot): (Metric | Histogram)[] {
  // While a worker is being replaced its slot shows the newer one, once that has something to show.
  const shown = new Map<number, MetricsWorker>();
  for (const worker of workers) {
    if (worker.sample !== undefined && worker.id > (shown.get(worker.slot)?.id ?? 0))
      shown.set(worker.slot, worker);
  }
  const all = [...shown.values()];
  // The last reading from before a hang would show a calm loop while it is blocked: better no reading.
  const responsive = all.filter(({ state }) => state !== 'unresponsive');
  return [
    gauge(
      'nodejs_eventloop_utilization',
      'Share of the last second that the event loop was busy, 0 to 1.',
      perWorker(responsive, (sample) => sample.eventLoopUtilization),
    ),
    gauge(
      'nodejs_eventloop_delay_p99_seconds',
      '99th percentile of event-loop delay over the last second, in seconds.',
      perWorker(responsive, (sample) => sample.eventLoopDelayP99Seconds),
    ),
    gauge(
      'process_memory_usage_bytes',
      'Resident memory of the worker process, in bytes.',
      perWorker(all, (sample) => sample.rssBytes),
    ),
    counter(
      'process_cpu_time_seconds_total',
      'Processor time that the worker process has used, user and system, in seconds.',
      perWorker(all, (sample) => sample.cpuSeconds),
    ),
    ...runtimeMetrics(all, responsive),
    ...machineMetrics(machine, all),
    counter(
      'respite_worker_restarts_total',
      'Workers replaced, by cause.',
      Object.entries(restarts).map(([cause, count]) => [{ cause }, count]),
    ),
    counter(
      'respite_drain_cut_requests_total',
      'Requests without a whole answer when the time of a drain was over.',
      [[{}, cutRequests]],
    ),
    ...standbyMetrics(standby),
    gauge(
      'respite_workers',
      'Worker processes, by state.',
      WORKER_STATES.map((state) => [{ state }, workers.filter((worker) => worker.state === state).length]),
    ),
  ];
}

function standbyMetrics(standby: MetricsSnapshot['standby']): Metric[] {
  return [
    gauge('respite_standby_wanted', 'Standby workers, as supervisor.standby has it.', [
      [{}, standby?.wanted ?? 0],
    ]),
    counter('respite_standby_takeovers_total', 'Workers whose place a standby has taken.', [
      [{}, standby?.takeovers ?? 0],
    ]),
  ];
}

/** Refused by no admission, so counted apart. */
function fallbackMetric({ fallbackResponder }: MetricsSnapshot): Metric {
  return counter(
    'respite_fallback_responses_total',
    'Clients answered with 503 by the fallback responder while no worker took requests.',
    [[{}, fallbackResponder?.answered ?? 0]],
  );
}

/** What parts count that the user's code uses: counters of all workers that ever lived, gauges of those that do. */
function instrumentMetrics({ workers, totals }: MetricsSnapshot): Metric[] {
  const gauges = workers.flatMap(
    ({ sample }) => sample?.instruments.filter(({ type }) => type === 'gauge') ?? [],
  );
  return [...totals.instruments, ...sumInstruments(gauges)].map(({ name, help, type, series }) =>
    (type === 'counter' ? counter : gauge)(
      name,
      help,
      series.map(({ labels, value }) => [labels, value]),
    ),
  );
}

function incidentMetrics({ incidentCounts }: MetricsSnapshot): Metric[] {
  const byCause = (counts: Readonly<Record<string, number>>): Reading[] =>
    Object.entries(counts).map(([cause, count]) => [{ cause }, count]);
  return [
    counter('respite_incidents_total', 'Incidents that are over, by cause.', byCause(incidentCounts.ended)),
    gauge('respite_incidents_open', 'Incidents that last, by cause.', byCause(incidentCounts.open)),
  ];
}

function quarantineMetrics({ quarantine }: MetricsSnapshot): Metric[] {
  const { begun = 0, entries = [] } = quarantine ?? {};
  return [
    counter('respite_quarantines_total', 'Quarantines that have begun.', [[{}, begun]]),
    gauge(
      'respite_quarantines',
      'Quarantines that last, by whose requests they concern: identical ones, of one shape by one caller, of one shape.',
      ['request', 'caller', 'everyone'].map((scope) => [
        { scope },
        entries.filter((entry) => entry.scope === scope).length,
      ]),
    ),
  ];
}

function perWorker(workers: readonly MetricsWorker[], read: (sample: MetricsSample) => number): Reading[] {
  return workers.flatMap(({ sample, slot }): Reading[] =>
    sample === undefined ? [] : [[{ worker: slot }, read(sample)]],
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

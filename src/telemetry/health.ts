import type { IndicatorReport } from '../core/health-link.ts';
import { gauge, type Metric, type Reading } from './metric.ts';
import type { MetricsSnapshot, MetricsWorker } from './snapshot.ts';

/** Those of the supervisor have no `worker`. */
export function healthMetrics({ health, workers }: MetricsSnapshot): Metric[] {
  const all: (readonly [labels: Readonly<Record<string, string | number>>, report: IndicatorReport])[] = [
    ...(health?.indicators ?? []).map((report) => [{ indicator: report.name }, report] as const),
    ...newestOfEachSlot(workers).flatMap(({ slot, health: own = [] }) =>
      own.map((report) => [{ indicator: report.name, worker: slot }, report] as const),
    ),
  ];
  const read = (value: (report: IndicatorReport) => number | undefined): Reading[] =>
    all.flatMap(([labels, report]): Reading[] => {
      const reading = value(report);
      return reading === undefined ? [] : [[labels, reading]];
    });
  return [
    gauge(
      'respite_health_status',
      'Whether what a health indicator looks at is up, 1 or 0.',
      // Not known yet is no reading: an alert on 0 would fire at each start.
      read(({ status }) => (status === 'UNKNOWN' ? undefined : Number(status === 'UP'))),
    ),
    gauge(
      'respite_health_check_duration_seconds',
      'How long the last check of a health indicator took, in seconds.',
      read(({ durationMs }) => (durationMs === undefined ? undefined : durationMs / 1000)),
    ),
  ];
}

/** During a replacement a slot has two workers, both with the same indicators. */
function newestOfEachSlot(workers: readonly MetricsWorker[]): MetricsWorker[] {
  const newest = new Map<number, MetricsWorker>();
  for (const worker of workers) {
    if ((worker.health ?? []).length === 0) continue;
    if (worker.id > (newest.get(worker.slot)?.id ?? 0)) newest.set(worker.slot, worker);
  }
  return [...newest.values()];
}

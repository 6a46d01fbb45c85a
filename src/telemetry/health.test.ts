import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndicatorReport } from '../core/health-link.ts';
import { reportOf } from '../core/support.test.ts';
import { healthMetrics } from './health.ts';
import type { MetricsSnapshot, MetricsWorker } from './snapshot.ts';
import { EMPTY_METRICS } from '../../test/harness/empty-metrics.ts';

function report(name: string, status: IndicatorReport['status'], durationMs?: number): IndicatorReport {
  return reportOf(name, { status, durationMs });
}

function worker(id: number, slot: number, health: readonly IndicatorReport[]): MetricsWorker {
  return { id, slot, state: 'ready', sample: undefined, health };
}

test('up is 1, all else 0, what is not known yet has no reading; workers are told apart by their slot', () => {
  const snapshot: MetricsSnapshot = {
    ...EMPTY_METRICS,
    health: {
      indicators: [
        report('disk', 'UP', 4),
        report('mail', 'OUT_OF_SERVICE', 1),
        report('db', 'DOWN', 1000),
        report('new', 'UNKNOWN'),
      ],
    },
    workers: [
      worker(1, 1, [report('db', 'UP', 2)]),
      worker(3, 1, [report('db', 'DOWN', 3)]),
      worker(2, 2, [report('db', 'UP', 2)]),
      worker(4, 2, []),
    ],
  };
  const [status, duration] = healthMetrics(snapshot);
  assert.deepEqual(status?.values, [
    { labels: { indicator: 'disk' }, value: 1 },
    { labels: { indicator: 'mail' }, value: 0 },
    { labels: { indicator: 'db' }, value: 0 },
    { labels: { indicator: 'db', worker: 1 }, value: 0 },
    { labels: { indicator: 'db', worker: 2 }, value: 1 },
  ]);
  assert.deepEqual(
    duration?.values.map(({ value }) => value),
    [0.004, 0.001, 1, 0.003, 0.002],
  );
});

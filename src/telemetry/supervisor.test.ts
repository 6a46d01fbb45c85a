import assert from 'node:assert/strict';
import { test } from 'node:test';
import { supervisorMetrics } from './supervisor.ts';

test('version, start and cost of the supervisor', () => {
  const metrics = supervisorMetrics({
    version: '1.2.3',
    nodeVersion: '26.1.0',
    startedAtMs: 1_700_000_000_500,
    rssBytes: 60e6,
    cpuSeconds: 1.5,
    eventLoopActiveSeconds: 2,
    eventLoopIdleSeconds: 8,
  });
  assert.deepEqual(
    metrics.map(({ name, type, values }) => [name, type, ...values.map(({ value }) => value)]),
    [
      ['respite_build_info', 'gauge', 1],
      ['process_start_time_seconds', 'gauge', 1_700_000_000.5],
      ['respite_supervisor_memory_usage_bytes', 'gauge', 60e6],
      ['respite_supervisor_cpu_time_seconds_total', 'counter', 1.5],
      ['respite_supervisor_eventloop_time_seconds_total', 'counter', 2, 8],
    ],
  );
  assert.deepEqual(metrics[0]?.values[0]?.labels, { version: '1.2.3', nodejs_version: '26.1.0' });
});

test('what is not known has no series', () => {
  assert.ok(supervisorMetrics(undefined).every(({ values }) => values.length === 0));
});

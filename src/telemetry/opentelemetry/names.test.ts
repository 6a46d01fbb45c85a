import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTelemetryName } from './names.ts';

/** How OpenTelemetry's "Prometheus and OpenMetrics Compatibility" makes names of Prometheus. */
function prometheusName(name: string, unit: string | undefined, type: 'counter' | 'gauge'): string {
  const suffix = unit === undefined ? '' : { By: '_bytes', s: '_seconds' }[unit];
  return `${name.replaceAll('.', '_')}${suffix}${type === 'counter' ? '_total' : ''}`;
}

for (const [given, type, name, unit] of [
  ['respite_admission_requests_total', 'counter', 'respite.admission.requests', undefined],
  ['respite_admission_limit', 'gauge', 'respite.admission.limit', undefined],
  ['respite_utilization', 'gauge', 'respite.utilization', undefined],
  ['respite_resource_utilization', 'gauge', 'respite.resource.utilization', undefined],
  ['respite_cache_stored_bytes_total', 'counter', 'respite.cache.stored', 'By'],
  ['respite_cache_store_seconds_total', 'counter', 'respite.cache.store', 's'],
  ['respite_cache_store_operations_total', 'counter', 'respite.cache.store_operations', undefined],
  ['respite_backpressure_pending_bytes', 'gauge', 'respite.backpressure.pending', 'By'],
  // Nothing is taken off in the middle.
  ['respite_admission_bytes_in_flight', 'gauge', 'respite.admission.bytes_in_flight', undefined],
] as const) {
  test(`${given} is ${name}, and back`, () => {
    assert.deepEqual(openTelemetryName({ name: given, type }), { name, unit });
    assert.equal(prometheusName(name, unit, type), given);
  });
}

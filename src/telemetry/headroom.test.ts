import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headroomMetrics } from './headroom.ts';
import type { HeadroomFigures } from './snapshot.ts';

/** The values by name; no entry for a metric without a series. */
function shown(headroom: HeadroomFigures | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries(
    headroomMetrics(headroom).flatMap(({ name, values }) => values.map(({ value }) => [name, value])),
  );
}

test('capacity, how far off it may be, and how often the peak fits into it', () => {
  const capacity = { kind: 'known', rps: 400, lowRps: 360, highRps: 440 } as const;
  assert.deepEqual(shown({ capacity, peakRps: 200, ratio: 2 }), {
    respite_capacity_rps: 400,
    respite_capacity_error_ratio: 0.1,
    respite_peak_rps: 200,
    respite_headroom_ratio: 2,
  });
});

test('what is not known has no series, so that no alert can fire for it', () => {
  const headroom = { capacity: { kind: 'unknown' }, peakRps: 200, ratio: undefined } as const;
  assert.deepEqual(shown(headroom), { respite_peak_rps: 200 });
  assert.deepEqual(shown(undefined), {});
});

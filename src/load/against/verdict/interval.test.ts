import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IntervalOptions, meanInterval, typicalInterval } from './interval.ts';
import { random } from '../../generator/random.ts';

const options = (seed: number): IntervalOptions => ({
  confidence: 0.95,
  resamples: 999,
  random: random(seed),
});

function normals(count: number, next: () => number): number[] {
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

test('it contains the true value about as often as it says, with ten values of which some are outliers', () => {
  const next = random(11);
  const runs = 1000;
  let contained = 0;
  for (let run = 0; run < runs; run += 1) {
    // One value in ten is from a distribution ten times as wide.
    const values = normals(10, next).map((value) => (next() < 0.1 ? 10 * value : value));
    const { low, high } = typicalInterval(values, options(run));
    if (low <= 0 && high >= 0) contained += 1;
  }
  assert.ok(contained / runs > 0.935, `${contained} of ${runs}`);
});

test('outliers do not move it', () => {
  const values = normals(20, random(3));
  const moved = [...values.toSorted((a, b) => a - b).slice(0, 18), 1e6, 1e6];
  const { estimate, high } = typicalInterval(moved, options(1));
  assert.ok(Math.abs(estimate) < 1 && high < 10, `${estimate}, up to ${high}`);
});

test('the same seed gives the same interval', () => {
  const values = normals(12, random(5));
  assert.deepEqual(typicalInterval(values, options(7)), typicalInterval(values, options(7)));
});

test('equal values are certain', () => {
  assert.deepEqual(typicalInterval([2, 2, 2, 2, 2], options(1)), { estimate: 2, low: 2, high: 2 });
});

test('one value that differs, among many that are equal, is no certain difference', () => {
  const { low, high } = meanInterval([...Array.from({ length: 19 }, () => 0), 1], options(1));
  assert.ok(low === 0 && high > 0.05, `${low} to ${high}`);
});

test('the mean of many values that differ is known to their standard error', () => {
  const values = normals(400, random(10)).map((value) => value + 1);
  const { low, high } = meanInterval(values, options(1));
  assert.ok(low < 1 && high > 1 && high - low > 0.15 && high - low < 0.25, `${low} to ${high}`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { columns, roundTop, timeTicks } from './scale.ts';

test('the top is round, not below and not far above', () => {
  assert.deepEqual(
    [0, 1, 7, 130, 1234].map((value) => roundTop(value)),
    [1, 1, 8, 150, 1500],
  );
  assert.equal(roundTop(300 * 1024 * 1024, 1024), 300 * 1024 * 1024);
  fc.assert(
    fc.property(
      fc.double({ min: 1e-3, max: 1e12, noNaN: true }),
      fc.constantFrom(10 as const, 1024 as const),
      (value, base) => {
        const top = roundTop(value, base);
        assert.ok(top >= value * 0.999 && top <= value * 2.5, `${top}`);
      },
    ),
  );
});

test('times are round and not too many', () => {
  assert.deepEqual(timeTicks(61_000, 200_000, 3), [120_000, 180_000]);
  fc.assert(
    fc.property(
      fc.nat(1e9),
      fc.integer({ min: 30, max: 3600 }),
      fc.integer({ min: 2, max: 12 }),
      (from, seconds, most) => {
        assert.ok(timeTicks(from, from + seconds * 1000, most).length <= most + 1);
      },
    ),
  );
});

test('columns: the mean or the highest of what falls into each', () => {
  const atMs = [0, 1, 5, 6, 10];
  const values = [1, 3, Number.NaN, 4, 8];
  assert.deepEqual([...columns(atMs, values, [0, 10], 5, 'mean')], [2, Number.NaN, Number.NaN, 4, 8]);
  assert.deepEqual([...columns(atMs, values, [0, 10], 2, 'most')], [3, 8]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { kendallTau, type Point, theilSenSlope } from './trend.ts';

const pointsOf = (...bytes: readonly number[]): readonly Point[] =>
  bytes.map((each, i) => ({ atMs: 1000 + i * 10, bytes: each }));

test('the slope is the median of the slopes of all pairs', () => {
  assert.equal(theilSenSlope(pointsOf(0, 20, 40)), 2);
  assert.equal(theilSenSlope(pointsOf(40, 20, 0)), -2);
  // Pairs: 1, 2 and 3 a millisecond.
  assert.equal(theilSenSlope(pointsOf(0, 10, 40)), 2);
  // Pairs: 0, 0, 0, 4, 2 and 4/3.
  assert.ok(Math.abs(theilSenSlope(pointsOf(0, 0, 0, 40)) - 2 / 3) < 1e-9);
});

test('the slope of fewer than two moments is 0', () => {
  assert.equal(theilSenSlope([]), 0);
  assert.equal(theilSenSlope(pointsOf(5)), 0);
  assert.equal(
    theilSenSlope([
      { atMs: 1, bytes: 1 },
      { atMs: 1, bytes: 9 },
    ]),
    0,
  );
});

test('one outlier among eight points does not change the slope of a line', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -50, max: 50 }),
      fc.nat({ max: 7 }),
      fc.integer({ min: -1e6, max: 1e6 }),
      (slope, outlier, bytes) => {
        const line = pointsOf(...Array.from({ length: 8 }, (_, i) => 10 * slope * i));
        const found = theilSenSlope(line.with(outlier, { atMs: 1000 + outlier * 10, bytes }));
        assert.ok(Math.abs(found - slope) < 1e-6, `${found} instead of ${slope}`);
      },
    ),
  );
});

test('tau is 1 for what only rises, -1 for what only falls, and 0 for what stays', () => {
  assert.equal(kendallTau(pointsOf(1, 2, 3, 10)), 1);
  assert.equal(kendallTau(pointsOf(10, 3, 2, 1)), -1);
  assert.equal(kendallTau(pointsOf(5, 5, 5)), 0);
  assert.equal(kendallTau(pointsOf(1, 3, 2)), 1 / 3);
  assert.equal(kendallTau(pointsOf(5)), 0);
});

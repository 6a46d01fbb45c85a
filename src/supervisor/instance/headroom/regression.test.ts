import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviationOf, regress } from './regression.ts';

const near = (actual: number | undefined, expected: number, tolerance: number): void =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not near ${expected}`);

test('with much data the belief does not matter, and the error is small', () => {
  const rows = Array.from({ length: 50 }, (_, i) => [1, i, (i * 7) % 11]);
  const values = rows.map(([, a = 0, b = 0]) => 3 + 2 * a - b);
  const fit = regress(
    rows,
    values,
    Array.from({ length: 3 }, () => ({ mean: 0, deviation: 100 })),
    0.01,
  );
  near(fit.coefficients[0], 3, 0.01);
  near(fit.coefficients[1], 2, 0.001);
  near(fit.coefficients[2], -1, 0.001);
  assert.ok(deviationOf(fit, [0, 1, 0]) < 0.001);
});

test('what the data do not tell stays as it is believed, with its error', () => {
  // Both columns always change together.
  const rows = Array.from({ length: 20 }, (_, i) => [i, i]);
  const values = rows.map(([a = 0]) => 4 * a);
  const belief = { mean: 2, deviation: 1 };
  const fit = regress(rows, values, [belief, belief], 0.1);
  near(fit.coefficients[0], 2, 0.01);
  near(fit.coefficients[1], 2, 0.01);
  assert.ok(deviationOf(fit, [1, 1]) < 0.05 && deviationOf(fit, [1, 0]) > 0.5);
});

test('without any data nothing but the belief is left', () => {
  const fit = regress([], [], [{ mean: 7, deviation: 3 }], 1);
  near(fit.coefficients[0], 7, 1e-9);
  near(deviationOf(fit, [1]), 3, 1e-9);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pressureOf } from './signal.ts';

const range = { enter: 100, exit: 20 };

test('pressure goes from 0 at exit to 1 at enter in a straight line', () => {
  assert.deepEqual(
    [-5, 20, 40, 60, 100, 1000].map((value) => pressureOf(value, range)),
    [0, 0, 0.25, 0.5, 1, 1],
  );
});

test('pressure is from 0 to 1 and never falls as the value rises, whatever the range', () => {
  const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      number,
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      number,
      number,
      (exit, width, a, b) => {
        const thresholds = { exit, enter: exit + width };
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((value) => pressureOf(value, thresholds));
        assert.ok(low !== undefined && high !== undefined && low >= 0 && high <= 1 && low <= high);
      },
    ),
  );
});

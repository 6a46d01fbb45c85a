import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normal, seededRandom } from './simulated-server.test.ts';
import { intervalOf, relativeDifference } from './statistics.ts';

test('an interval of 95 % holds the true mean in about 95 % of the cases', () => {
  const random = seededRandom(1);
  let held = 0;
  for (let i = 0; i < 4000; i += 1) {
    const { low, high } = intervalOf(
      [0, 0, 0, 0].map(() => 10 + normal(random)),
      0.95,
    );
    if (low <= 10 && high >= 10) held += 1;
  }
  assert.ok(held >= 0.94 * 4000 && held <= 0.96 * 4000, String(held));
});

test('one value says nothing of its noise', () => {
  assert.deepEqual(intervalOf([5], 0.95), { mean: 5, low: -Infinity, high: Infinity });
});

test('a difference is relative to what is there', () => {
  const { mean, low, high } = relativeDifference([100, 100, 100], [110, 111, 109], 0.95);
  assert.ok(Math.abs(mean - 0.1) < 1e-9);
  assert.ok(low > 0.07 && high < 0.13);
});

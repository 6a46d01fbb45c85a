import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { quantile } from './quantile.ts';

test('interpolates inside of a bucket, and does not invent what lies above the last bound', () => {
  assert.equal(quantile([1, 2, 4], [0, 0, 0, 0], 0.5), undefined);
  assert.equal(quantile([1, 2, 4], [10, 0, 0, 0], 0.5), 0.5);
  assert.equal(quantile([1, 2, 4], [0, 0, 10, 0], 0.5), 3);
  assert.equal(quantile([1, 2, 4], [50, 40, 9, 1], 0.99), 4);
  assert.equal(quantile([1, 2, 4], [1, 1, 1, 97], 0.99), 4);
  assert.equal(quantile([], [3], 0.5), 0);
});

test('lies in the bucket in which the observation of that rank is, and never falls with the share', () => {
  const bounds = [0.01, 0.1, 1, 10];
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 9.99, noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, share) => {
        const bucketOf = (value: number): number => bounds.findIndex((bound) => value <= bound);
        const counts = [0, 0, 0, 0, 0];
        for (const value of values) counts[bucketOf(value)] = (counts[bucketOf(value)] ?? 0) + 1;
        const found = quantile(bounds, counts, share) ?? assert.fail('there are observations');
        const ranked = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length - 1e-9) - 1] ?? 0;
        const bucket = bucketOf(ranked);
        assert.ok(found <= (bounds[bucket] ?? 0) + 1e-9 && found >= (bounds[bucket - 1] ?? 0) - 1e-9);
        assert.ok((quantile(bounds, counts, share / 2) ?? 0) <= found);
      },
    ),
  );
});

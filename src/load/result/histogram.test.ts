import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from './histogram.ts';

const values = fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 300 });

function of(all: readonly number[], bits?: number): Histogram {
  const histogram = new Histogram(bits);
  for (const value of all) histogram.record(value);
  return histogram;
}

test('property: quantiles lie within a bucket of the true ones', () => {
  fc.assert(
    fc.property(
      values,
      fc.constantFrom(0.5, 0.9, 0.99, 0.999, 1),
      fc.constantFrom(6, 8),
      (all, share, bits) => {
        const found = of(all, bits).quantile(share);
        const rank = Math.max(1, Math.ceil(share * all.length));
        const truth = all.toSorted((a, b) => a - b)[rank - 1] ?? 0;
        const tolerance = truth * 2 ** (1 - bits) + 0.002;
        assert.ok(Math.abs(found - truth) <= tolerance, `${found} instead of ${truth}`);
      },
    ),
  );
});

test('property: added up, histograms are that of all values', () => {
  fc.assert(
    fc.property(values, values, (some, others) => {
      const added = of(some);
      added.add(structuredClone(of(others).state()));
      const all = of([...some, ...others]);
      const { meanMs, ...figures } = added.figures();
      const { meanMs: expected, ...rest } = all.figures();
      assert.deepEqual(figures, rest);
      assert.ok(Math.abs(meanMs - expected) <= 1e-9 * (1 + expected));
      assert.deepEqual(added.buckets(), all.buckets());
    }),
  );
});

test('property: wide buckets hold every value, and each bound is 1.1 times the one before', () => {
  fc.assert(
    fc.property(values, (all) => {
      const buckets = of(all).buckets();
      assert.equal(
        buckets.reduce((sum, [, count]) => sum + count, 0),
        all.length,
      );
      buckets.forEach(([upToMs], i) => {
        const before = buckets[i - 1]?.[0];
        if (before !== undefined) assert.ok(Math.abs(upToMs / before - 1.1) < 0.002, `${before} ${upToMs}`);
      });
    }),
  );
});

test('nothing recorded is all zeros', () => {
  assert.deepEqual(new Histogram().figures(), {
    count: 0,
    meanMs: 0,
    p50Ms: 0,
    p90Ms: 0,
    p99Ms: 0,
    p999Ms: 0,
    maxMs: 0,
  });
  assert.deepEqual(new Histogram().buckets(), []);
});

test('what is beyond the range counts at its end, and the mean and the maximum keep it', () => {
  const { count, maxMs, p50Ms } = of([10 ** 9]).figures();
  assert.deepEqual([count, maxMs], [1, 10 ** 9]);
  assert.ok(p50Ms > 2_100_000);
});

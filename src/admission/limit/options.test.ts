import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LimitOptions, resolveLimitOptions } from './options.ts';

const DEFAULTS = resolveLimitOptions();

test('defaults', () => {
  assert.deepEqual(DEFAULTS, { minLimit: 4, maxLimit: 4096, initialLimit: 32, targetLatencyMs: 500 });
  assert.deepEqual(resolveLimitOptions({ minLimit: undefined }), DEFAULTS);
});

test('default bounds give way to the ones that are given', () => {
  assert.deepEqual(resolveLimitOptions({ maxLimit: 10 }), { ...DEFAULTS, maxLimit: 10, initialLimit: 10 });
  const { maxLimit, initialLimit } = resolveLimitOptions({ minLimit: 5000 });
  assert.deepEqual([maxLimit, initialLimit], [5000, 5000]);
  assert.equal(resolveLimitOptions({ maxLimit: 2 }).minLimit, 2);
  assert.equal(resolveLimitOptions({ initialLimit: 2 }).minLimit, 2);
});

const WRONG: readonly (readonly [LimitOptions, RegExp])[] = [
  [{ minLimit: 0 }, /admission\.adaptiveLimit\.minLimit must be a whole number of at least 1, got 0/],
  [
    { maxLimit: 2, minLimit: 3 },
    /admission\.adaptiveLimit\.maxLimit must be a whole number of at least 3, got 2/,
  ],
  [
    { initialLimit: 5, maxLimit: 4 },
    /admission\.adaptiveLimit\.initialLimit must be a whole number from 4 to 4, got 5/,
  ],
  [{ targetLatencyMs: Number.NaN }, /admission\.adaptiveLimit\.targetLatencyMs must be .*, got NaN/],
  [{ limit: 3 } as LimitOptions, /limit/],
];

for (const [options, message] of WRONG) {
  test(`refused: ${JSON.stringify(options)}`, () => {
    assert.throws(() => resolveLimitOptions(options), { code: 'RESPITE_OPTIONS_INVALID', message });
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, mb, mbOf, percent, seconds } from './figures.ts';

const MB = 1024 * 1024;

test('megabytes below ten have one figure after the point', () => {
  assert.deepEqual([0, 1.25 * MB, 9.94 * MB, 10 * MB, 1234.4 * MB].map(mb), [
    '0.0',
    '1.3',
    '9.9',
    '10',
    '1234',
  ]);
  assert.deepEqual([-1.5 * MB, -12 * MB].map(mb), ['-1.5', '-12']);
  assert.equal(mbOf(12 * MB, 256 * MB), '12 of 256 MB');
});

test('shares are rounded to percent, seconds to tenths', () => {
  assert.equal(percent(0.554), '55 %');
  assert.equal(percent(1), '100 %');
  assert.equal(seconds(1250), '1.3 s');
});

test('from two minutes on a duration is in minutes', () => {
  assert.deepEqual([1400, 119_400, 120_000, 150_000].map(duration), ['1 s', '119 s', '2 min', '3 min']);
});

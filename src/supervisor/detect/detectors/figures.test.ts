import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, mbOf } from './figures.ts';

const MB = 1024 * 1024;

test('a use and its limit share a unit', () => {
  assert.equal(mbOf(12 * MB, 256 * MB), '12 of 256 MB');
});

test('from two minutes on a duration is in minutes', () => {
  assert.deepEqual([1400, 119_400, 120_000, 150_000].map(duration), ['1 s', '119 s', '2 min', '3 min']);
});

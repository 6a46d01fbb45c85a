import { count, percent } from '../core/units.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, moment, perSecond, size } from './words.ts';

test('durations', () => {
  assert.deepEqual(
    [0, 999, 1000, 59_949, 60_000, 187_400, 3_599_499, 3_600_000, 86_400_000, 4.13 * 86_400_000].map(
      duration,
    ),
    [
      '0 ms',
      '999 ms',
      '1.0 s',
      '59.9 s',
      '1 min 0 s',
      '3 min 7 s',
      '59 min 59 s',
      '1 h 0 min',
      '1 d 0 h',
      '4 d 3 h',
    ],
  );
});

test('sizes, counts, rates, shares, moments', () => {
  assert.deepEqual([1, 2048, 1.5 * 1024 ** 2, 20 * 1024 ** 2, 1.25 * 1024 ** 3].map(size), [
    '1 KB',
    '2 KB',
    '1.5 MB',
    '20 MB',
    '1.3 GB',
  ]);
  assert.deepEqual(
    [count(1_204_332), perSecond(0), perSecond(0.25), perSecond(1204.4), percent(0.297)],
    ['1,204,332', '0/s', '0.3/s', '1,204/s', '30 %'],
  );
  assert.equal(moment(new Date(2026, 0, 2, 3, 4, 5).getTime()), '2026-01-02 03:04:05');
});

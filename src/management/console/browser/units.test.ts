import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, milliseconds, percent, rate, size, words } from './units.ts';

test('numbers as people read them', () => {
  assert.deepEqual([0, 0.04, 9.94, 9.96, 1234.5].map(rate), ['0', '0.0', '9.9', '10', '1,235']);
  assert.deepEqual([0, 0.004, 0.5, 1.25].map(percent), ['0 %', '0.4 %', '50 %', '125 %']);
  assert.deepEqual([0, 4.2, 999, 1500, 12_000].map(milliseconds), [
    '0 ms',
    '4.2 ms',
    '1.0 s',
    '1.5 s',
    '12 s',
  ]);
  assert.deepEqual([10, 1024, 1.5 * 1024 ** 2, 300 * 1024 ** 2, 3 * 1024 ** 5].map(size), [
    '10 B',
    '1 KB',
    '1.5 MB',
    '300 MB',
    '3072 TB',
  ]);
  assert.deepEqual([-5, 40_000, 185_000, 11_520_000, 356_400_000].map(age), [
    '0 s',
    '40 s',
    '3 min',
    '3 h 12 min',
    '4 d 3 h',
  ]);
  assert.equal(words('event-loop-blocked'), 'Event loop blocked');
});

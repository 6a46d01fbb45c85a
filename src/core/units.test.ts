import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mb, percent, seconds, count } from './units.ts';

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
});

test('shares, seconds and counts', () => {
  assert.deepEqual(
    [percent(0.424), percent(1), seconds(5240), count(1_204_332.4)],
    ['42 %', '100 %', '5.2 s', '1,204,332'],
  );
});

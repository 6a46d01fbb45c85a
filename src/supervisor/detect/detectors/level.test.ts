import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginLevel, followLevel, type Growth, growthOf } from './level.ts';

const RULES = { warmUpMs: 10_000, steadyMs: 5000 };

/** A reading in each second, of a limit of 1000. */
function growths(used: readonly number[]): Growth[] {
  let level = beginLevel(0);
  return used.map((bytes, second) => {
    level = followLevel(level, bytes, second * 1000, RULES);
    return growthOf(level, 1000, second * 1000, RULES);
  });
}

function constant(value: number, count: number): number[] {
  return Array.from({ length: count }, () => value);
}

test('until the warm-up is over nothing is known, and for a time without growth after it', () => {
  const found = growths(constant(600, 20));
  assert.deepEqual(
    [found[0], found[10], found[14], found[15], found[19]],
    ['unknown', 'unknown', 'unknown', 'steady', 'steady'],
  );
});

test('the level is what was most in use in the two seconds after the warm-up', () => {
  // 500, then 600: a quarter of what is left above that is 700.
  const found = (last: number): Growth | undefined =>
    growths([...constant(900, 10), 500, 600, ...constant(last, 8)]).at(-1);
  assert.equal(found(700), 'steady');
  assert.equal(found(701), 'grows');
});

test('one reading above says nothing, two in a row do, and growth is over when one is below', () => {
  const found = growths([...constant(600, 16), 701, 600, 701, 701, 600]);
  assert.deepEqual(found.slice(-5), ['steady', 'steady', 'steady', 'grows', 'steady']);
});

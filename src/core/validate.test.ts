import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boolean, fraction, integer, integerOr, knownKeys, oneOf, positive } from './validate.ts';

const CASES: readonly (readonly [name: string, call: () => unknown, message: string])[] = [
  [
    'a fraction of a whole',
    () => integer('a.b', 1.5, 1),
    'a.b must be a whole number of at least 1, got 1.5',
  ],
  ['a number too small', () => integer('a.b', 0, 1), 'a.b must be a whole number of at least 1, got 0'],
  ['a number too large', () => integer('a.b', 9, 1, 8), 'a.b must be a whole number from 1 to 8, got 9'],
  [
    'a word for a number',
    () => integer('a.b', 'many', 1),
    'a.b must be a whole number of at least 1, got "many"',
  ],
  [
    'another word than the one',
    () => integerOr('auto', 'a.b', 'all', 1, 8),
    'a.b must be a whole number from 1 to 8, or auto, got "all"',
  ],
  ['not a number', () => fraction('a.b', Number.NaN), 'a.b must be a number from 0 to 1, got NaN'],
  ['more than all', () => fraction('a.b', 1.01), 'a.b must be a number from 0 to 1, got 1.01'],
  ['nothing', () => positive('a.b', 0), 'a.b must be a number greater than 0, got 0'],
  [
    'more than there is',
    () => positive('a.b', Infinity),
    'a.b must be a number greater than 0, got Infinity',
  ],
  ['another word', () => oneOf('a.b', 'x', ['y', 'z']), 'a.b must be one of y, z, got "x"'],
  ['null for a flag', () => boolean('a.b', null), 'a.b must be true or false, got null'],
  ['an array for an object', () => knownKeys('a', [], ['b']), 'a must be an object, got an array'],
  ['an unknown key', () => knownKeys('a', { c: 1 }, ['b', 'd']), 'a.c is not an option; known are b, d'],
];

for (const [name, call, message] of CASES) {
  test(`${name} is refused by name, rule and value`, () => {
    assert.throws(call, { code: 'RESPITE_OPTIONS_INVALID', message });
  });
}

test('good values pass through', () => {
  assert.equal(integer('a', 8, 1, 8), 8);
  assert.equal(integerOr('auto', 'a', 'auto', 1, 8), 'auto');
  assert.equal(fraction('a', 1), 1);
  assert.equal(positive('a', 0.5), 0.5);
  assert.equal(oneOf('a', 'y', ['y', 'z']), 'y');
  assert.equal(boolean('a', false), false);
  knownKeys('a', { b: 1 }, ['b']);
});

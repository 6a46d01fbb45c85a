import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, printable } from './printable.ts';

test('what would steer a terminal is made visible', () => {
  assert.equal(
    printable('GET /\u001B]0;evil\u0007\n\u009B2J\u202Eé'),
    'GET /\u{fffd}]0;evil\u{fffd}\u{fffd}\u{fffd}2J\u{fffd}é',
  );
});

test('what is too long says so', () => {
  assert.deepEqual([cut('abc', 3), cut('abcd', 3), cut('abc', 0)], ['abc', 'ab…', '…']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RespiteError } from '../core/errors.ts';
import { complaint, exitCodeOf, usageError } from './usage.ts';

for (const [error, exitCode, text] of [
  [usageError('bad flag'), 2, 'respite: bad flag\n'],
  [usageError('one\ntwo'), 2, 'respite: one\nrespite: two\n'],
  [new RespiteError('RESPITE_MANAGEMENT_ADDRESS_IN_USE', 'in use'), 1, 'respite: in use\n'],
  [new TypeError('bug\nmore'), 1, 'respite: TypeError: bug\n'],
  ['thrown text', 1, 'respite: thrown text\n'],
] as const) {
  test(`${text.trim()}: exit code ${exitCode}`, () => {
    assert.deepEqual([exitCodeOf(error), complaint(error)], [exitCode, text]);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN_LENGTH } from '../in-flight/body.ts';
import { LENGTH_CLASSES, lengthClassOf } from './length-class.ts';

test('each length is in the class whose end it does not exceed', () => {
  for (const [bytes, name] of [
    [0, 'none'],
    [1, 'to-64KB'],
    [65_536, 'to-64KB'],
    [65_537, 'to-1MB'],
    [1_048_577, 'to-16MB'],
    [16_777_217, 'larger'],
    [Number.MAX_SAFE_INTEGER, 'larger'],
    [UNKNOWN_LENGTH, 'unknown'],
  ] as const) {
    assert.equal(LENGTH_CLASSES[lengthClassOf(bytes)], name, String(bytes));
  }
});

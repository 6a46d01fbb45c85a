import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCores } from './cores.ts';

test('cores as the kernel lists them', () => {
  assert.deepEqual(parseCores('0\n'), [0]);
  assert.deepEqual(parseCores('0-2,5,7-8'), [0, 1, 2, 5, 7, 8]);
  assert.deepEqual(parseCores(''), []);
});

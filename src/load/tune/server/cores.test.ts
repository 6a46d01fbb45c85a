import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coresOf, onCores } from './cores.ts';

test('lists of cores as the kernel writes them', () => {
  assert.deepEqual(coresOf('0-2,5'), [0, 1, 2, 5]);
  assert.deepEqual(coresOf('3'), [3]);
  assert.deepEqual(coresOf(''), []);
});

test('a command runs on its cores, and as it is where there are none', () => {
  assert.deepEqual(onCores([0, 2], ['node', 'a']), ['taskset', '-c', '0,2', 'node', 'a']);
  assert.deepEqual(onCores([], ['node', 'a']), ['node', 'a']);
});

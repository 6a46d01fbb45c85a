import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cyclesIn } from './graph.ts';
import { sourceImports } from './sources.ts';

test('no file loads itself by way of others', async () => {
  assert.deepEqual(cyclesIn(await sourceImports()), []);
});

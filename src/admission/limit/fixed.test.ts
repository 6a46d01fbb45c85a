import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedLimit } from './fixed.ts';

test('a fixed limit stays the same, whatever happens, for bursts too', () => {
  const limit = fixedLimit(7);
  limit.shed(0);
  for (let i = 0; i < 100; i += 1) limit.ended('queue', 'completed', 5000, i * 100);
  limit.sweep(10_000, true);
  assert.equal(limit.value, 7);
  assert.equal(limit.burst(10_000), 7);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { burstLimit } from './burst.ts';

test('a burst is let in while nobody was refused lately and nobody has waited', () => {
  assert.equal(burstLimit(10, -Infinity, 950, 1000), 30);
  assert.equal(burstLimit(10, 0, 1000, 1000), 30);
});

test('with a refusal in the last second, or somebody who has waited, the limit holds', () => {
  assert.equal(burstLimit(10, 1, 1000, 1000), 10);
  assert.equal(burstLimit(10, -Infinity, 900, 1000), 10);
});

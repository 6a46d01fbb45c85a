import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SustainedShedding } from './sustained.ts';

/** Sheds every half second from one time to another. */
function shed(shedding: SustainedShedding, fromMs: number, toMs: number): void {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 500) shedding.shed(nowMs);
}

test('shedding lasts after five seconds of it', () => {
  const shedding = new SustainedShedding();
  assert.equal(shedding.isSustained(0), false);
  shed(shedding, 0, 4500);
  assert.equal(shedding.isSustained(4999), false);
  shed(shedding, 5000, 5000);
  assert.equal(shedding.isSustained(5000), true);
});

test('a second without is the end of it, and it begins anew', () => {
  const shedding = new SustainedShedding();
  shed(shedding, 0, 10_000);
  assert.equal(shedding.isSustained(11_000), true);
  assert.equal(shedding.isSustained(11_001), false);
  shed(shedding, 11_500, 16_000);
  assert.equal(shedding.isSustained(16_000), false);
  shed(shedding, 16_500, 16_500);
  assert.equal(shedding.isSustained(16_500), true);
});

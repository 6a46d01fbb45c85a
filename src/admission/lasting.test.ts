import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lasting } from './lasting.ts';

/** Sheds every half second from one time to another. */
function shed(lasting: Lasting, fromMs: number, toMs: number): void {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 500) lasting.shed(nowMs);
}

test('shedding lasts after five seconds of it', () => {
  const lasting = new Lasting();
  assert.equal(lasting.isLasting(0), false);
  shed(lasting, 0, 4500);
  assert.equal(lasting.isLasting(4999), false);
  shed(lasting, 5000, 5000);
  assert.equal(lasting.isLasting(5000), true);
});

test('a second without is the end of it, and it begins anew', () => {
  const lasting = new Lasting();
  shed(lasting, 0, 10_000);
  assert.equal(lasting.isLasting(11_000), true);
  assert.equal(lasting.isLasting(11_001), false);
  shed(lasting, 11_500, 16_000);
  assert.equal(lasting.isLasting(16_000), false);
  shed(lasting, 16_500, 16_500);
  assert.equal(lasting.isLasting(16_500), true);
});

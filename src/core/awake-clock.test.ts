import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwakeClock } from './awake-clock.ts';

test('goes on with time, and stands still while nobody could ask', () => {
  let steadyMs = 5000;
  const clock = new AwakeClock(() => steadyMs);
  assert.equal(clock.nowMs(), 0);
  for (let i = 0; i < 40; i += 1) {
    steadyMs += 250;
    clock.nowMs();
  }
  assert.equal(clock.nowMs(), 10_000);
  steadyMs += 3_600_000;
  assert.equal(clock.nowMs(), 11_000);
});

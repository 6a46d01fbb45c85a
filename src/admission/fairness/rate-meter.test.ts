import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateMeter } from './rate-meter.ts';

test('requests at a steady rate are counted at that rate, and those that have ended are forgotten', () => {
  const meter = new RateMeter(0);
  for (let ms = 0; ms < 20_000; ms += 50) meter.count(ms);
  assert.ok(Math.abs(meter.perSecond(20_000) / 20 - 1) < 0.05, `${meter.perSecond(20_000)}`);
  assert.ok(meter.perSecond(40_000) < 0.01);
});

test('the rate before a request is without it; a clock that goes back drains nothing', () => {
  const meter = new RateMeter(1000);
  assert.equal(meter.count(1000), 0);
  const after = meter.perSecond(1000);
  assert.ok(after > 0);
  assert.equal(meter.perSecond(500), after);
});

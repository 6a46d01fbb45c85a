import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DrainEstimate, retryAfterSeconds } from './retry-after.ts';

test('Retry-After is a whole number from 1 to 30, whatever the estimate', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (drain, random) => {
        const seconds = retryAfterSeconds(drain, random);
        assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 30);
        assert.ok(seconds >= Math.min(30, drain), 'never before the estimate');
      },
    ),
  );
});

test('those shed together are told different times', () => {
  assert.equal(retryAfterSeconds(10, 0), 10);
  assert.equal(retryAfterSeconds(10, 1), 15);
});

test('the estimate follows what requests take', () => {
  const drain = new DrainEstimate(0);
  for (let i = 1; i <= 100; i += 1) drain.completed(4, i);
  assert.ok(Math.abs(drain.seconds(100) - 4) < 0.01);
});

test('when nothing completes any more the estimate grows with the silence', () => {
  const drain = new DrainEstimate(0);
  drain.completed(0.01, 1000);
  assert.equal(drain.seconds(13_000), 12);
});

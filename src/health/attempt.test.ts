import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempt } from './attempt.ts';
import { custom } from './check.ts';
import type { Outcome } from './judge.ts';
import { FakeClock, settled } from './support.test.ts';

interface Setup {
  readonly clock: FakeClock;
  readonly outcomes: Outcome[];
  readonly answer: () => void;
}

/** An attempt of at most 400 ms that ends when the test says so. */
function setup(): Setup {
  const clock = new FakeClock();
  const outcomes: Outcome[] = [];
  const { promise, resolve: answer } = Promise.withResolvers<void>();
  attempt(
    custom(async () => promise),
    400,
    clock,
    { onOutcome: (outcome) => outcomes.push(outcome), onSettled: () => {} },
  );
  return { clock, outcomes, answer };
}

test('an answer that came while the event loop was blocked counts', async () => {
  const { clock, outcomes, answer } = setup();
  await settled();
  // The timer of 400 ms fires after 3 s, before the answer is read.
  clock.nowMs = 3000;
  await clock.to(3000);
  assert.deepEqual(outcomes, []);
  answer();
  await settled();
  assert.deepEqual(
    outcomes.map(({ status, durationMs }) => [status, durationMs]),
    [['UP', 3000]],
  );
  assert.equal(clock.timers, 0);
});

test('after a blocked event loop a check that hangs has one more time-out at most', async () => {
  const { clock, outcomes } = setup();
  await settled();
  clock.nowMs = 3000;
  await clock.to(3399);
  assert.deepEqual(outcomes, []);
  await clock.to(3400);
  assert.deepEqual(
    outcomes.map(({ error }) => error),
    ['no answer within 400 ms'],
  );
});

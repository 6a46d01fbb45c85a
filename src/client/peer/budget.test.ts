import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AttemptBudget } from './budget.ts';

test('in an outage the budget runs dry and stays dry, apart from one attempt in ten seconds', () => {
  const budget = new AttemptBudget(0.1, 10, 0);
  let taken = 0;
  for (let nowMs = 0; nowMs < 60_000; nowMs += 5) if (budget.take(nowMs)) taken += 1;
  assert.ok(taken >= 15 && taken <= 16, `${taken} taken`);
});

test('ten successes pay for one retry', () => {
  const budget = new AttemptBudget(0.1, 10, 0);
  while (budget.take(0));
  for (let i = 0; i < 10; i += 1) budget.deposit();
  assert.equal(budget.take(0), true);
  assert.equal(budget.take(0), false);
});

test('a budget of 0 allows none, however long it waits', () => {
  const budget = new AttemptBudget(0, 10, 0);
  budget.deposit();
  assert.equal(budget.take(1_000_000), false);
});

test('never more is taken than was there at first, was deposited and trickled in', () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 20_000 })), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (all) => {
      const budget = new AttemptBudget(0.1, 10, 0);
      let [nowMs, deposits, taken] = [0, 0, 0];
      for (const [isSuccess, passedMs] of all) {
        nowMs += passedMs;
        if (isSuccess) {
          budget.deposit();
          deposits += 1;
        } else if (budget.take(nowMs)) taken += 1;
      }
      assert.ok(taken <= 10 + deposits * 0.1 + (nowMs / 1000) * 0.1 + 1e-6);
    }),
  );
});

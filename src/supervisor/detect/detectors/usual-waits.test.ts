import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsualWaits } from './usual-waits.ts';

const SLOW_MS = 120_000;
const HOUR_MS = 3_600_000;
const fast = { kind: 'GET /', usualMs: 1000, longestMs: 9000, count: 5 };

test('overdue is 1.5 times what is usual, and half a second at least; of what nobody has answered nothing is known', () => {
  const usual = new UsualWaits();
  assert.equal(usual.overdueMs('GET /', 1, 0, SLOW_MS), Infinity);
  usual.learn(1, [fast], 0);
  assert.equal(usual.overdueMs('GET /', 1, 0, SLOW_MS), 1500);
  usual.learn(1, [{ ...fast, usualMs: 62.5 }], 0);
  assert.equal(usual.overdueMs('GET /', 1, 0, SLOW_MS), 500);
  assert.equal(usual.overdueMs('GET /', 1, 3 * HOUR_MS, SLOW_MS), Infinity, 'forgotten');
});

test('a worker that has not answered a kind is judged by the others, and by those before it', () => {
  const usual = new UsualWaits();
  usual.learn(1, [fast], 0);
  usual.learn(2, [{ ...fast, usualMs: 500 }], 1000);
  assert.equal(usual.overdueMs('GET /', 3, 2000, SLOW_MS), 750);
  assert.equal(usual.overdueMs('GET /', 1, 2000, SLOW_MS), 1500);
});

test('a kind of which fewer than five answers are known may be slow', () => {
  const usual = new UsualWaits();
  usual.learn(1, [{ ...fast, count: 4 }], 0);
  assert.equal(usual.overdueMs('GET /', 1, 0, SLOW_MS), SLOW_MS);
  usual.learn(1, [{ ...fast, usualMs: 128_000, longestMs: 100_000 }], 0);
  assert.equal(usual.overdueMs('GET /', 1, 0, SLOW_MS), 150_000);
});

test('what others answer counts from then on, and not for kinds that are slow', () => {
  const usual = new UsualWaits();
  usual.learn(1, [fast], 1000);
  assert.equal(usual.isAnsweredElsewhere('GET /', 1, 0), false);
  assert.equal(usual.isAnsweredElsewhere('GET /', 2, 0), true);
  assert.equal(usual.isAnsweredElsewhere('GET /', 2, 1000), false);
  usual.learn(1, [{ ...fast, usualMs: 2000 }], 2000);
  assert.equal(usual.isAnsweredElsewhere('GET /', 2, 0), false);
});

test('kinds are bounded: those go that were not answered for longest', () => {
  const usual = new UsualWaits();
  for (let i = 0; i < 2001; i += 1) usual.learn(1, [{ ...fast, kind: `GET /${i}` }], 0);
  assert.equal(usual.overdueMs('GET /0', 1, 0, SLOW_MS), Infinity);
  assert.equal(usual.overdueMs('GET /1', 1, 0, SLOW_MS), 1500);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdleCredit } from './idle-credit.ts';

const MOST_MS = 100;
const A_TURN_MS = 60;

function creditOf(mostMs: number): {
  readonly credit: IdleCredit;
  passes(idleMs: number, activeMs: number): void;
} {
  let times = { idle: 0, active: 0 };
  return {
    credit: new IdleCredit(mostMs, A_TURN_MS, () => times),
    passes(idleMs, activeMs) {
      times = { idle: times.idle + idleMs, active: times.active + activeMs };
    },
  };
}

test('idle time is saved up to the most, and work spends it', () => {
  const { credit, passes } = creditOf(MOST_MS);
  passes(0, 4 * MOST_MS);
  assert.equal(credit.leftMs(), 0);
  passes(70, 30);
  assert.equal(credit.leftMs(), 40);
  passes(10_000, 0);
  assert.equal(credit.leftMs(), MOST_MS);
  passes(30, 50);
  assert.equal(credit.leftMs(), 80);
  passes(50, 500);
  assert.equal(credit.leftMs(), 0, 'never less than nothing');
});

test('a new process begins with four times as much, and a turn of it may use three times as much', () => {
  const { credit, passes } = creditOf(MOST_MS);
  assert.equal(credit.leftMs(), 4 * MOST_MS);
  assert.equal(credit.forTurnMs(), 3 * A_TURN_MS);
  passes(1000, 4 * MOST_MS);
  assert.equal(credit.leftMs(), MOST_MS);
  assert.equal(credit.forTurnMs(), A_TURN_MS);
  passes(0, 70);
  assert.equal(credit.forTurnMs(), 30, 'no more than is left');
});

test('invalid, it has to be saved up again', () => {
  const { credit, passes } = creditOf(MOST_MS);
  passes(0, 4 * MOST_MS);
  passes(1000, 0);
  credit.void();
  assert.equal(credit.leftMs(), 0);
  passes(30, 0);
  assert.equal(credit.leftMs(), 30);
});

test('switched off there is never any', () => {
  const { credit, passes } = creditOf(0);
  passes(1000, 0);
  assert.equal(credit.leftMs(), 0);
});

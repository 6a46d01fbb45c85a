import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TurnQuota } from './turn-quota.ts';
import { Turns } from './turns.ts';

const KB = 1024;
const MB = 1024 * KB;

test('each has so much a turn, and as much again in the next', async () => {
  const turns = new Turns();
  const [one, other] = [new TurnQuota(turns, MB), new TurnQuota(turns, MB)];
  assert.equal(one.isLeft, true);
  one.spend(MB - 1);
  assert.equal(one.isLeft, true);
  one.spend(128 * KB);
  assert.deepEqual([one.isLeft, other.isLeft], [false, true]);
  await nextTurn();
  assert.equal(one.isLeft, true);
});

test('once all together have used 4 MB, each has one slice more', () => {
  const turns = new Turns();
  const others = Array.from({ length: 4 }, () => new TurnQuota(turns, MB));
  for (const other of others) {
    assert.equal(other.isLeft, true);
    other.spend(MB);
  }
  const late = new TurnQuota(turns, MB);
  assert.equal(late.isLeft, true);
  late.spend(128 * KB);
  assert.equal(late.isLeft, false);
});

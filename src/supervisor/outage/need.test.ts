import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backInSeconds, followOutage, isNeeded, type Outage, type Sight } from './need.ts';

const SERVED: Sight = { isServed: true, isBlocked: false, nextStartAtMs: undefined };
const GONE: Sight = { ...SERVED, isServed: false };

test('while a worker serves nobody is needed, blocked others or not', () => {
  const outage = followOutage(undefined, { ...SERVED, isBlocked: true }, 0);
  assert.equal(isNeeded(outage, { ...SERVED, isBlocked: true }, 60_000), false);
});

test('blocked workers: at once', () => {
  const blocked = { ...GONE, isBlocked: true };
  assert.equal(isNeeded(followOutage(undefined, blocked, 5000), blocked, 5000), true);
});

test('a worker that is about to come is waited for, for a second', () => {
  let outage: Outage;
  const needed: number[] = [];
  for (let nowMs = 0; nowMs <= 1500; nowMs += 250) {
    outage = followOutage(outage, { ...GONE, nextStartAtMs: nowMs < 500 ? 500 : undefined }, nowMs);
    if (isNeeded(outage, GONE, nowMs)) needed.push(nowMs);
  }
  assert.deepEqual(needed, [1000, 1250, 1500]);
  outage = followOutage(outage, SERVED, 1600);
  assert.equal(outage, undefined);
});

test('a worker that is not to be started for a while is not waited for', () => {
  const slow = { ...GONE, nextStartAtMs: 30_000 };
  assert.equal(isNeeded(followOutage(undefined, slow, 0), slow, 0), true);
  assert.equal(backInSeconds(slow, 0), 32);
  assert.equal(backInSeconds(slow, 29_500), 2.5);
  assert.equal(backInSeconds({ ...GONE, isBlocked: true }, 0), 5);
  assert.equal(backInSeconds({ ...GONE, nextStartAtMs: 0 }, 10_000), 2);
});

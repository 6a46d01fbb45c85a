import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GuaranteedFlow } from './guaranteed-flow.ts';

const NONE = { share: 0, perSecond: 0 };

/** Requests that the last class gets in 10 s of 100 ms intervals, with 20 asking in each. */
function given(flow: GuaranteedFlow, chargedAnInterval: number): number {
  let taken = 0;
  for (let interval = 0; interval < 100; interval += 1) {
    flow.refill(100, 100);
    for (let i = 0; i < chargedAnInterval; i += 1) flow.charge(3);
    for (let i = 0; i < 20; i += 1) if (flow.take(3)) taken += 1;
  }
  return taken;
}

const only = (share: number, perSecond: number): GuaranteedFlow =>
  new GuaranteedFlow([NONE, NONE, NONE, { share, perSecond }]);

test('a class gets its share of the capacity, or its requests a second where that is more', () => {
  // The bucket has one to begin with, and tenths do not add up exactly.
  for (const [share, perSecond, expected] of [
    [0.2, 1, 200],
    [0.01, 5, 50],
    [0, 1, 10],
  ] as const) {
    const taken = given(only(share, perSecond), 0);
    assert.ok(Math.abs(taken - expected) <= 1, `${taken}`);
  }
});

test('what it got by the threshold counts', () => {
  assert.equal(given(only(0.2, 1), 2), 1);
  assert.equal(given(only(0.2, 1), 1), 101);
  assert.equal(given(only(0.2, 1), 20), 0);
});

test('no guarantee, nothing given', () => {
  assert.equal(given(only(0, 0), 0), 0);
});

test('a second of the guarantee can be saved up, no more; a second of luck is held against it, no more', () => {
  const flow = only(0.2, 1);
  for (let i = 0; i < 600; i += 1) flow.refill(100, 100);
  let taken = 0;
  while (flow.take(3)) taken += 1;
  assert.equal(taken, 20);
  for (let i = 0; i < 1000; i += 1) flow.charge(3);
  flow.refill(1000, 100);
  assert.ok(!flow.take(3));
  flow.refill(1000, 100);
  assert.ok(flow.take(3));
});

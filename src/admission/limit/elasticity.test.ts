import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elasticity, type Evidence, NO_EVIDENCE, observe } from './elasticity.ts';

/** Windows of a server whose throughput is this function of the number in flight. */
function watched(inFlight: readonly number[], perSecond: (inFlight: number) => number): Evidence {
  let evidence = NO_EVIDENCE;
  for (const n of inFlight) evidence = observe(evidence, n, perSecond(n), 0.02);
  return evidence;
}

const pool = (n: number): number => Math.min(n, 20) * 50;

test('without evidence it is what is expected', () => {
  assert.equal(elasticity(NO_EVIDENCE, 0.7), 0.7);
  assert.ok(Math.abs(elasticity(watched([20], pool), 0.7) - 0.7) < 1e-9);
});

test('above the knee it is near 0, below near 1, whatever is expected', () => {
  for (const expected of [0, 1]) {
    assert.ok(elasticity(watched([40, 50, 40, 50, 40, 50], pool), expected) < 0.3);
    assert.ok(elasticity(watched([10, 13, 10, 13, 10, 13], pool), expected) > 0.7);
  }
});

test('what was seen far away counts little', () => {
  const gain = elasticity(watched([80, 60, 80, 60, 10, 12, 10, 12], pool), 0.5);
  assert.ok(gain > 0.7, String(gain));
});

test('a step of capacity makes all before it worthless', () => {
  const before = watched([40, 50, 40, 50], pool);
  assert.equal(observe(before, 45, 100, 0.02).length, 1);
  assert.equal(observe(before, 45, 1000, 0.02).length, 5);
});

test('evidence does not grow without bound', () => {
  assert.equal(
    watched(
      Array.from({ length: 100 }, (_, i) => 40 + (i % 3)),
      pool,
    ).length,
    16,
  );
});

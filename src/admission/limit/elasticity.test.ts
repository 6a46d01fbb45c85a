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

test('throughput that follows the number in flight is no step of capacity, up or down', () => {
  assert.equal(watched([10, 20, 10], pool).length, 3);
  assert.equal(observe(watched([40], pool), 40, 2000, 0.02).length, 1, 'twice as much, at the same number');
  assert.equal(
    observe(watched([10], pool), 20, 2000, 0.02).length,
    1,
    'four times as much at twice the number',
  );
  assert.equal(observe(watched([20], pool), 10, 250, 0.02).length, 1, 'a quarter at half the number');
});

test('what was seen later counts more', () => {
  const flat = (n: number): number => 1000 + n / 1000;
  const follows = (n: number): number => (1000 * n) / 42;
  const seen = (first: typeof flat, then: typeof flat): number => {
    let evidence = watched([40, 44, 40, 44], first);
    for (const n of [40, 44, 40, 44]) evidence = observe(evidence, n, then(n), 0.02);
    assert.equal(evidence.length, 8);
    return elasticity(evidence, 0.5);
  };
  assert.ok(seen(flat, follows) > seen(follows, flat));
});

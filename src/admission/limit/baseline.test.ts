import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedElasticity, nextBaseline } from './baseline.ts';

test('at the baseline all of the latency is service, at twice the baseline the rest is waiting', () => {
  assert.equal(expectedElasticity(10, 20, 500), 1);
  assert.equal(expectedElasticity(20, 20, 500), 1);
  assert.equal(expectedElasticity(30, 20, 500), 0.5);
  assert.equal(expectedElasticity(40, 20, 500), 0);
  assert.equal(expectedElasticity(4000, 20, 500), 0);
});

test('a baseline makes the target lower, never higher', () => {
  assert.equal(expectedElasticity(500, 1000, 500), 0);
  assert.equal(expectedElasticity(500, Infinity, 500), 0);
  assert.equal(expectedElasticity(250, Infinity, 500), 1);
});

test('the baseline falls fast, rises slowly, and only when nothing waits', () => {
  assert.equal(nextBaseline(Infinity, 20, false, 0), 20);
  assert.equal(nextBaseline(20, 10, false, 0), 15);
  assert.equal(nextBaseline(20, 30, true, 0), 21);
  assert.equal(nextBaseline(20, 30, false, 0), 20);
});

test('a baseline that promises what throughput does not keep is taken down', () => {
  assert.equal(nextBaseline(20, 30, false, 0.3), 20);
  assert.ok(nextBaseline(20, 30, false, 0.9) < 20);
});

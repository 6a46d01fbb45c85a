import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolProgress } from './pool-progress.ts';

test('progress is recent for 30 s after something came back', () => {
  let nowMs = 0;
  const progress = new PoolProgress(() => nowMs);
  assert.equal(progress.isRecent, false);
  progress.happened();
  nowMs = 30_000;
  assert.equal(progress.isRecent, true);
  nowMs = 30_001;
  assert.equal(progress.isRecent, false);
});

test('a number that grows is progress, its first value and a fall are none', () => {
  const progress = new PoolProgress(() => 0);
  progress.sample(-5);
  progress.sample(-9);
  progress.sample(-9);
  assert.equal(progress.isRecent, false);
  progress.sample(-8);
  assert.equal(progress.isRecent, true);
  progress.sample(Number.NaN);
});

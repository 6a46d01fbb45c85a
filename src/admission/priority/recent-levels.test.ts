import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LEVELS } from './level.ts';
import { RecentLevels } from './recent-levels.ts';

const levels = fc.array(fc.nat(LEVELS - 1), { minLength: 1, maxLength: 3000 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

function recentOf(all: readonly number[]): RecentLevels {
  const recent = new RecentLevels();
  for (const level of all) recent.add(level);
  return recent;
}

/** What a threshold admits of the levels, exactly. */
function admittedOf(all: readonly number[], threshold: number): number {
  const boundary = Math.trunc(threshold);
  const below = all.filter((level) => level < boundary).length;
  return below + all.filter((level) => level === boundary).length * (threshold - boundary);
}

test('the threshold refuses exactly the share of the last 1024 requests, whatever the mixture', () => {
  fc.assert(
    fc.property(levels, share, (all, refused) => {
      const window = all.slice(-1024);
      const admitted = admittedOf(window, recentOf(all).threshold(refused));
      assert.ok(Math.abs(admitted - (1 - refused) * window.length) < 1e-6);
    }),
  );
});

test('the more is to be refused the lower the threshold', () => {
  fc.assert(
    fc.property(levels, share, share, (all, one, other) => {
      const recent = recentOf(all);
      assert.ok(recent.threshold(Math.max(one, other)) <= recent.threshold(Math.min(one, other)));
    }),
  );
});

test('nothing refused admits every level there is, also before the first request', () => {
  assert.equal(recentOf([]).threshold(0), LEVELS);
  assert.equal(recentOf([]).threshold(0.5), LEVELS);
  assert.equal(recentOf([3, 500]).threshold(0), LEVELS);
});

test('everything refused leaves the levels that nobody asked with', () => {
  assert.equal(recentOf([130, 500]).threshold(1), 130);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BalancerOptions, resolveBalancerOptions } from './options.ts';

for (const [given, waitMs] of [
  [undefined, 0],
  [{}, 0],
  [{ waitMs: 10_000 }, 10_000],
  [{ checkIntervalMs: 1000, checkFailures: 2 }, 2500],
  [{ checkIntervalMs: 2000 }, 6500],
] as readonly [given: BalancerOptions | undefined, waitMs: number][]) {
  test(`${JSON.stringify(given)}: SIGTERM waits ${waitMs} ms`, () => {
    assert.deepEqual(resolveBalancerOptions(given), { waitMs });
  });
}

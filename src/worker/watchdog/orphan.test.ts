import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TICK_MS } from './gap.ts';
import { Orphan } from './orphan.ts';

const LIMITS = { drainTimeoutMs: 10_000, killTimeoutMs: 5000 };

/** Ticks until the process is due; its length in ms. */
function dueAfterMs(limits: typeof LIMITS, gapAt: (aloneMs: number) => number): number {
  const orphan = new Orphan(limits, 0);
  let nowMs = TICK_MS;
  while (!orphan.tick(nowMs, gapAt(nowMs))) nowMs += TICK_MS;
  return nowMs;
}

test('a main thread that turns has the time of the drain and of the end', () => {
  assert.equal(
    dueAfterMs(LIMITS, () => 0),
    15_000,
  );
});

test('a main thread that was blocked before has killTimeoutMs from the end of the supervisor on', () => {
  assert.equal(
    dueAfterMs(LIMITS, (aloneMs) => 60_000 + aloneMs),
    5000,
  );
});

test('a main thread that blocks during its drain has killTimeoutMs from then on', () => {
  assert.equal(
    dueAfterMs(LIMITS, (aloneMs) => Math.max(0, aloneMs - 3000)),
    8000,
  );
});

test('without any killTimeoutMs a short block is no reason', () => {
  const limits = { drainTimeoutMs: 10_000, killTimeoutMs: 0 };
  assert.equal(
    dueAfterMs(limits, (aloneMs) => aloneMs % 900),
    10_000,
  );
});

test('the time in which the process was stopped does not count', () => {
  const orphan = new Orphan(LIMITS, 0);
  assert.equal(orphan.tick(3_600_000, 250), false);
  assert.equal(orphan.tick(3_600_250, 0), false);
});

test('it is due in the end, whatever the main thread does', () => {
  fc.assert(
    fc.property(
      fc.record({ drainTimeoutMs: fc.nat({ max: 30_000 }), killTimeoutMs: fc.nat({ max: 30_000 }) }),
      fc.infiniteStream(fc.nat({ max: 60_000 })),
      (limits, gaps) => {
        const dueMs = dueAfterMs(limits, () => gaps.next().value);
        assert.ok(dueMs <= Math.max(limits.drainTimeoutMs + limits.killTimeoutMs + TICK_MS));
      },
    ),
  );
});

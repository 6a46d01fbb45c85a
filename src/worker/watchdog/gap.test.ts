import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Gap, TICK_MS } from './gap.ts';

/** Ticks on time, without a beat. */
function silence(gap: Gap, fromMs: number, ticks: number, waitPerTickMs: number = 0): void {
  for (let i = 1; i <= ticks; i += 1) gap.tick(fromMs + i * TICK_MS, 1, i * waitPerTickMs);
}

test('a main thread that turns has no gap, one that does not has that of the time since', () => {
  const gap = new Gap(0);
  for (let beat = 1; beat <= 8; beat += 1) gap.tick(beat * TICK_MS, beat, 0);
  assert.equal(gap.ms, 0);
  for (let i = 9; i <= 16; i += 1) gap.tick(i * TICK_MS, 8, 0);
  assert.equal(gap.ms, 2000);
  gap.tick(17 * TICK_MS, 9, 0);
  assert.equal(gap.ms, 0);
});

test('a process that was stopped for an hour has a gap of one tick', () => {
  const gap = new Gap(0);
  gap.tick(TICK_MS, 1, 0);
  gap.tick(TICK_MS + 3_600_000, 1, 0);
  assert.equal(gap.ms, TICK_MS);
  assert.equal(gap.lagMs, 3_600_000 - TICK_MS);
});

test('time in the run queue does not count', () => {
  const starved = new Gap(0);
  silence(starved, 0, 41, TICK_MS);
  assert.equal(starved.ms, 0);
  const half = new Gap(0);
  silence(half, 0, 41, TICK_MS / 2);
  assert.equal(half.ms, 5000);
  assert.equal(half.starvedMs, TICK_MS / 2);
});

test('a late tick on a busy machine counts the time that the main thread has run, up to a tick’s', () => {
  const gap = new Gap(0);
  gap.tick(250, 1, 0);
  gap.tick(650, 1, 200);
  assert.deepEqual([gap.ms, gap.lagMs, gap.starvedMs], [200, 150, 200]);
  gap.tick(1250, 1, 250);
  assert.equal(gap.ms, 450);
});

test('where the run queue is not known, nothing is taken off', () => {
  const gap = new Gap(0);
  for (let i = 1; i <= 41; i += 1) gap.tick(i * TICK_MS, 1, undefined);
  assert.equal(gap.ms, 10_000);
});

test('never more than the time that has passed, and never less than nothing', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          elapsedMs: fc.nat({ max: 5000 }),
          waitMs: fc.nat({ max: 6000 }),
          beats: fc.boolean(),
          forgiven: fc.boolean(),
        }),
      ),
      (ticks) => {
        const gap = new Gap(0);
        let nowMs = 0;
        let beat = 0;
        let waitMs = 0;
        let turnedMs = 0;
        for (const tick of ticks) {
          nowMs += tick.elapsedMs;
          waitMs += tick.waitMs;
          if (tick.beats) beat += 1;
          if (tick.beats) turnedMs = nowMs;
          gap.tick(nowMs, beat, waitMs);
          if (tick.forgiven) gap.forgive();
          assert.ok(gap.ms >= 0 && gap.ms <= nowMs - turnedMs, `${gap.ms} at ${nowMs}`);
        }
      },
    ),
  );
});

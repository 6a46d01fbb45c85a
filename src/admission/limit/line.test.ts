import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Line } from './line.ts';

/** Requests that took so long, one ended each millisecond until now. */
function endedUntil(line: Line, nowMs: number, count: number, latencyMs: number): void {
  for (let i = count - 1; i >= 0; i -= 1) line.ended(latencyMs, nowMs - i);
}

test('whoever is overtaken by most of those that ended last, and is older than the target, is not in line', () => {
  const line = new Line(500);
  endedUntil(line, 10_000, 8, 5);
  assert.equal(line.startsMs(10_000), 9500);
});

test('whoever is not overtaken waits in line, however long', () => {
  const line = new Line(500);
  // First come, first served, after five seconds: those that wait came after those that ended.
  endedUntil(line, 10_000, 8, 5000);
  assert.ok(line.startsMs(10_000) < 5000);
});

test('a few that overtake are not most', () => {
  const line = new Line(500);
  endedUntil(line, 9990, 4, 3000);
  endedUntil(line, 10_000, 4, 5);
  assert.ok(line.startsMs(10_000) < 7000);
});

test('those that are served for longer than others are not out of line at once', () => {
  const line = new Line(500);
  endedUntil(line, 10_000, 8, 800);
  assert.equal(line.startsMs(10_000), Math.min(10_000 - 1.5 * 800, 9993 - 800 + 3));
});

test('when nothing ends, those older than twice the target leave, but not before what ended last took as long', () => {
  const line = new Line(500);
  assert.equal(line.startsMs(10_000), 9000, 'nothing has ever ended');
  line.ended(5, 8000);
  assert.equal(line.startsMs(10_000), 9000);
  line.ended(3000, 11_000);
  assert.ok(line.startsMs(13_000) < 9000, 'silent for less than three seconds');
  assert.equal(line.startsMs(14_001), 11_001);
});

test('while those that stepped aside are answered there is no silence, unless they were long polls', () => {
  const line = new Line(500);
  endedUntil(line, 1000, 8, 5);
  line.endedAside(3000, 9500);
  assert.ok(line.startsMs(10_000) < 1000);
  line.endedAside(30_000, 11_000);
  assert.equal(line.startsMs(11_000), 10_000);
});

test('long polls that end are not asked', () => {
  const line = new Line(500);
  endedUntil(line, 9999, 8, 5);
  endedUntil(line, 10_000, 8, 30_000);
  assert.equal(line.startsMs(10_000), 9500);
});

test('nobody younger than the target ever leaves the line', () => {
  const latencies = fc.array(fc.nat({ max: 20_000 }), { maxLength: 30 });
  fc.assert(
    fc.property(latencies, fc.nat({ max: 5000 }), (took, laterMs) => {
      const line = new Line(500);
      took.forEach((latencyMs, i) => line.ended(latencyMs, 20_000 + i));
      const nowMs = 20_000 + took.length + laterMs;
      assert.ok(line.startsMs(nowMs) <= nowMs - 500);
    }),
  );
});

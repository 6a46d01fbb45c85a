import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Queue } from './queue.ts';

/** Requests that took this time, one ended each millisecond until now. */
function endedUntil(queue: Queue, nowMs: number, count: number, latencyMs: number): void {
  for (let i = count - 1; i >= 0; i -= 1) queue.ended(latencyMs, nowMs - i);
}

test('a request that is overtaken by most of those that ended last, and is older than the target, is not in the queue', () => {
  const queue = new Queue(500);
  endedUntil(queue, 10_000, 8, 5);
  assert.equal(queue.startsMs(10_000), 9500);
});

test('a request that is not overtaken waits in the queue, however long', () => {
  const queue = new Queue(500);
  // First come, first served, after five seconds: those that wait came after those that ended.
  endedUntil(queue, 10_000, 8, 5000);
  assert.ok(queue.startsMs(10_000) < 5000);
});

test('a few that overtake are not most', () => {
  const queue = new Queue(500);
  endedUntil(queue, 9990, 4, 3000);
  endedUntil(queue, 10_000, 4, 5);
  assert.ok(queue.startsMs(10_000) < 7000);
  const reversed = new Queue(500);
  endedUntil(reversed, 9990, 4, 5);
  endedUntil(reversed, 10_000, 4, 3000);
  assert.equal(reversed.startsMs(10_000), 7000, 'in whatever order they ended');
});

test('those that are served for longer than others are not out of the queue at once', () => {
  const queue = new Queue(500);
  endedUntil(queue, 10_000, 8, 800);
  assert.equal(queue.startsMs(10_000), Math.min(10_000 - 1.5 * 800, 9993 - 800 + 3));
});

test('when nothing ends, those older than twice the target leave, but not before what ended last took as long', () => {
  const queue = new Queue(500);
  assert.equal(queue.startsMs(10_000), 9000, 'nothing has ever ended');
  queue.ended(5, 8000);
  assert.equal(queue.startsMs(10_000), 9000);
  queue.ended(3000, 11_000);
  assert.ok(queue.startsMs(13_000) < 9000, 'silent for less than three seconds');
  assert.equal(queue.startsMs(14_001), 11_001);
});

test('while those that stepped aside are answered there is no silence, unless they were long polls', () => {
  const queue = new Queue(500);
  endedUntil(queue, 1000, 8, 5);
  queue.endedAside(3000, 9500);
  assert.ok(queue.startsMs(10_000) < 1000);
  queue.endedAside(30_000, 11_000);
  assert.equal(queue.startsMs(11_000), 10_000);
});

test('long polls that end are not asked', () => {
  const queue = new Queue(500);
  endedUntil(queue, 9999, 8, 5);
  endedUntil(queue, 10_000, 8, 30_000);
  assert.equal(queue.startsMs(10_000), 9500);
});

test('nobody younger than the target ever leaves the queue', () => {
  const latencies = fc.array(fc.nat({ max: 20_000 }), { maxLength: 30 });
  fc.assert(
    fc.property(latencies, fc.nat({ max: 5000 }), (took, laterMs) => {
      const queue = new Queue(500);
      took.forEach((latencyMs, i) => queue.ended(latencyMs, 20_000 + i));
      const nowMs = 20_000 + took.length + laterMs;
      assert.ok(queue.startsMs(nowMs) <= nowMs - 500);
    }),
  );
});

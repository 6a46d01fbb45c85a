// The thresholds of the leak detector, one by one, on trends that are made by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLeak, followLeak, type Leak, type LeakTrend } from './memory-leak.ts';

const WINDOW_MS = 60_000;
const OPTIONS = { windowMs: WINDOW_MS, growthShare: 0.1 };
const LIMIT = 1000;

/** What is found in levels that are the same time apart, over a time of one window unless another is given. */
function found(
  levels: readonly number[],
  spanMs: number = WINDOW_MS,
  growthShare: number = 0.1,
): Leak | undefined {
  const stepMs = spanMs / (levels.length - 1);
  const points = levels.map((bytes, i) => ({ atMs: i * stepMs, bytes }));
  return findLeak({ sinceMs: 0, points }, LIMIT, { windowMs: WINDOW_MS, growthShare });
}

/** A line from one level to another. */
const line = (from: number, to: number, count: number = 25): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

function closeTo(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-6 * (1 + expected), String(actual));
}

test('a line is a leak, with its pace, its growth, and the time until 70 % of the limit', () => {
  const leak = found(line(300, 500));
  assert.equal(leak?.spanMs, WINDOW_MS);
  closeTo(leak.bytesPerSecond, 200 / 60);
  closeTo(leak.grownBytes, 200);
  closeTo(leak.leftMs, WINDOW_MS);
  assert.equal(found(line(600, 800))?.leftMs, 0, 'past it no time is left');
});

test('a level below 40 % of the limit is no concern', () => {
  assert.equal(found(line(200, 399)), undefined);
  assert.ok(found(line(200, 400)) !== undefined);
});

test('growth by less than the given share is no leak', () => {
  assert.equal(found(line(401, 500)), undefined);
  assert.ok(found(line(399, 500)) !== undefined);
});

test('a leak that leaves more than six windows is left for later', () => {
  assert.equal(found(line(361, 400), WINDOW_MS, 0.01), undefined);
  assert.ok(found(line(349, 400), WINDOW_MS, 0.01) !== undefined);
});

test('what stays or falls is no leak', () => {
  assert.equal(found(line(500, 500), WINDOW_MS, 0), undefined);
  assert.equal(found(line(700, 500)), undefined);
});

test('a trend needs eight points, over 85 % of a window', () => {
  assert.equal(found(line(300, 500, 7)), undefined);
  assert.ok(found(line(300, 500, 8)) !== undefined);
  assert.equal(found(line(300, 500), 50_999), undefined);
  assert.ok(found(line(300, 500), 51_000) !== undefined);
  assert.equal(findLeak({ sinceMs: 0, points: [] }, LIMIT, OPTIONS), undefined);
});

test('slow growth shows in two, four and eight windows, but not in more', () => {
  const slow = (windows: number): Leak | undefined =>
    found(line(510, 630, 24 * windows + 1), windows * WINDOW_MS, 0.1);
  for (const windows of [1, 2, 4, 8]) assert.equal(slow(windows)?.spanMs, windows * WINDOW_MS);
  assert.equal(slow(16), undefined);
});

test('growth that slows down to less than 60 % of its pace is no leak', () => {
  const bent = (later: number): Leak | undefined => {
    const levels = [...line(300, 420, 13)];
    for (let i = 1; i <= 12; i += 1) levels.push(420 + i * 10 * later);
    return found(levels);
  };
  assert.equal(bent(0.3), undefined);
  assert.ok(bent(0.8) !== undefined);
});

test('growth that comes in one or two steps is no leak', () => {
  const stepped = (stepBytes: number): Leak | undefined =>
    found(line(300, 420).map((level, i) => level + (i >= 8 ? stepBytes : 0) + (i >= 16 ? stepBytes : 0)));
  assert.ok(stepped(0) !== undefined);
  assert.ok(stepped(20) !== undefined);
  assert.equal(stepped(150), undefined);
});

test('growth with many relapses is no leak', () => {
  const jagged = (relapse: number): Leak | undefined =>
    found(line(300, 540).map((level, i) => level - (i % 2 === 0 ? 0 : relapse)));
  assert.ok(jagged(15) !== undefined);
  assert.equal(jagged(60), undefined);
});

/** A trend of readings, each a time in milliseconds and a level. */
function followed(readings: readonly (readonly [atMs: number, bytes: number])[]): LeakTrend {
  let trend: LeakTrend | undefined;
  for (const [atMs, bytes] of readings) trend = followLeak(trend, bytes, atMs, OPTIONS);
  return trend ?? assert.fail();
}

test('the first window of a worker is left out', () => {
  assert.deepEqual(
    followed([
      [1000, 5],
      [60_999, 6],
    ]),
    { sinceMs: 1000, points: [] },
  );
  const since = followed([
    [1000, 5],
    [61_000, 6],
  ]);
  assert.deepEqual(since, { sinceMs: 1000, points: [{ atMs: 61_000, bytes: 6 }] });
});

test('of the readings of a 24th of a window the lowest counts', () => {
  const start = [0, 5] as const;
  const { points } = followed([start, [60_000, 9], [61_000, 7], [62_499, 8], [62_500, 9], [65_000, 4]]);
  assert.deepEqual(points, [
    { atMs: 61_000, bytes: 7 },
    { atMs: 62_500, bytes: 9 },
    { atMs: 65_000, bytes: 4 },
  ]);
});

test('points older than eight windows and a 24th are forgotten', () => {
  const late = 60_000 + 8 * WINDOW_MS + 2500;
  const points = (atMs: number): number =>
    followed([
      [0, 5],
      [60_000, 9],
      [70_000, 9],
      [atMs, 9],
    ]).points.length;
  assert.equal(points(late), 3);
  assert.equal(points(late + 1), 2);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findLeak, followLeak, type Leak, type LeakTrend } from './memory-leak.ts';
import { resolveDetectOptions } from './options.ts';
import { histories } from '../../../../test/harness/histories.ts';

const MB = 1024 * 1024;
const LIMIT_MB = 256;
const MINUTES = 60_000;
const options = resolveDetectOptions().memoryLeak || assert.fail();

interface Found extends Leak {
  readonly minute: number;
  readonly levelMb: number;
}

/**
 * The first leak that is seen in a quantity over time.
 *
 * @param everyMs How far apart the readings are: of a live set, major collections.
 */
function watch(minutes: number, everyMs: number, levelMb: (minute: number) => number): Found | undefined {
  let trend: LeakTrend | undefined;
  for (let atMs = 0; atMs <= minutes * MINUTES; atMs += everyMs) {
    const minute = atMs / MINUTES;
    const before = trend;
    trend = followLeak(before, levelMb(minute) * MB, atMs, options);
    // The same trend leads to the same answer, and most of the time goes into it.
    const leak = trend === before ? undefined : findLeak(trend, LIMIT_MB * MB, options);
    if (leak !== undefined) return { ...leak, minute, levelMb: levelMb(minute) };
  }
  return undefined;
}

/** Noise from -1 to 1 that is the same each time. */
const noise = (values: readonly number[], minute: number): number =>
  values[Math.floor(minute * 47) % values.length] ?? 0;
const someNoise = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 50, maxLength: 200 });

for (const mbPerMinute of [2, 4, 5]) {
  test(`a leak of ${mbPerMinute} MB/min is found below 60 % of the limit, with its pace`, () => {
    fc.assert(
      fc.property(someNoise, fc.integer({ min: 2, max: 40 }), (values, everySeconds) => {
        const level = (minute: number): number => 60 + mbPerMinute * minute + 3 * noise(values, minute);
        const found = watch(120, everySeconds * 1000, level);
        assert.ok(found !== undefined && found.levelMb < 0.7 * LIMIT_MB, JSON.stringify(found));
        assert.ok(found.levelMb >= 0.4 * LIMIT_MB);
        const pace = (found.bytesPerSecond / MB) * 60;
        assert.ok(Math.abs(pace / mbPerMinute - 1) < 0.35, `${pace} MB/min`);
      }),
      { numRuns: 10 },
    );
  });
}

test('a leak whose collections are minutes apart is found too', () => {
  const found = watch(240, 3 * MINUTES, (minute) => 70 + 1.5 * minute);
  assert.ok(found !== undefined && found.levelMb < 0.7 * LIMIT_MB);
});

test('caches that fill after the start and then stop are none, whether they stop at once or little by little', () => {
  fc.assert(
    fc.property(
      someNoise,
      fc.double({ min: 0.1, max: 9, noNaN: true }),
      fc.integer({ min: 20, max: 170 }),
      fc.boolean(),
      (values, fillMinutes, mb, levelsOff) => {
        const level = (minute: number): number => {
          const share = levelsOff
            ? 1 - Math.exp((-4 * minute) / fillMinutes)
            : Math.min(1, minute / fillMinutes);
          return 40 + mb * share + 2 * noise(values, minute);
        };
        assert.equal(watch(60, 20_000, level), undefined);
      },
    ),
    { numRuns: 15 },
  );
});

test('noise is none, nor a sawtooth, nor a step, nor some of them, wherever they come', () => {
  fc.assert(
    fc.property(
      someNoise,
      fc.integer({ min: 0, max: 30 }),
      fc.array(fc.record({ at: fc.integer({ min: 0, max: 60 }), mb: fc.integer({ min: -30, max: 30 }) }), {
        maxLength: 3,
      }),
      fc.integer({ min: 0, max: 60 }),
      fc.double({ min: 0.2, max: 3, noNaN: true }),
      (values, noiseMb, steps, toothMb, toothMinutes) => {
        const level = (minute: number): number => {
          const stepped = steps.reduce((sum, { at, mb }) => sum + (minute >= at ? mb : 0), 0);
          return (
            120 +
            stepped +
            noiseMb * noise(values, minute) +
            (toothMb * (minute % toothMinutes)) / toothMinutes
          );
        };
        assert.equal(watch(60, 2000, level), undefined);
      },
    ),
    { numRuns: histories(20) },
  );
});

test('two thirds alive under heavy garbage, collected ten times a second: none', () => {
  fc.assert(
    fc.property(someNoise, (values) => {
      assert.equal(
        watch(25, 100, (minute) => 0.66 * LIMIT_MB + 4 * noise(values, minute)),
        undefined,
      );
    }),
    { numRuns: 3 },
  );
});

test('growth that would take longer than an hour to matter is not reported until then', () => {
  const found = watch(400, 60_000, (minute) => 110 + 0.4 * minute);
  assert.ok(found !== undefined && found.leftMs <= 60 * MINUTES);
  assert.ok(found.levelMb > 0.59 * LIMIT_MB);
});

test('a shorter window finds the same sooner', () => {
  const quick = { windowMs: 5000, growthShare: 0.1 };
  let trend: LeakTrend | undefined;
  let found: Leak | undefined;
  for (let atMs = 0; found === undefined && atMs <= 30_000; atMs += 250) {
    trend = followLeak(trend, (90 + 0.01 * atMs) * MB, atMs, quick);
    found = findLeak(trend, LIMIT_MB * MB, quick);
  }
  assert.ok(found !== undefined && Math.abs(found.bytesPerSecond / MB - 10) < 0.1);
});

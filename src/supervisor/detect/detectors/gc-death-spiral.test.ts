import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { WatchdogReport } from '../../../worker/index.ts';
import { type HeapJudgement, type HeapTrend, judgeHeap } from './gc-death-spiral.ts';
import { resolveDetectOptions } from './options.ts';
import { histories } from '../../../../test/harness/histories.ts';

const MB = 1024 * 1024;
const LIMIT_MB = 256;
const HORIZON_MS = 10_000;
const { gcDeathSpiral } = resolveDetectOptions();

/**
 * A heap over time, as V8 collects it: when garbage and growth have filled half of what was free.
 *
 * @param liveMb What is alive at a time in seconds.
 */
function run(
  seconds: number,
  liveMb: (second: number) => number,
  garbageMbPerSecond: number,
  options: typeof gcDeathSpiral | false = gcDeathSpiral,
): (HeapJudgement & { readonly second: number; readonly trueLiveMb: number })[] {
  const judged: (HeapJudgement & { second: number; trueLiveMb: number })[] = [];
  let collected = { mb: liveMb(0), garbageMb: 0 };
  let majorCollections = 0;
  let garbageMb = 0;
  for (let tick = 1; tick <= seconds * 4; tick += 1) {
    const second = tick / 4;
    garbageMb += garbageMbPerSecond / 4;
    const alive = liveMb(second);
    if (alive + garbageMb > collected.mb + (LIMIT_MB - collected.mb) / 2) {
      majorCollections += 1;
      garbageMb = 0;
      collected = { mb: alive, garbageMb: 0 };
    }
    const report = {
      oldGenerationLimitBytes: LIMIT_MB * MB,
      oldGenerationBytes: Math.min(LIMIT_MB, alive + garbageMb) * MB,
      liveBytes: majorCollections === 0 ? 0 : collected.mb * MB,
      majorCollections,
    } as WatchdogReport;
    const judgement = judgeHeap(judged.at(-1)?.trend, report, second * 1000, HORIZON_MS, options);
    judged.push({ ...judgement, second, trueLiveMb: alive });
  }
  return judged;
}

const firstOf = (judged: ReturnType<typeof run>, verdict: string): (typeof judged)[number] | undefined =>
  judged.find((each) => each.verdict === verdict);

for (const mbPerSecond of [1, 5, 20]) {
  test(`a leak of ${mbPerSecond} MB/s: replaced with time to spare, not long before`, () => {
    const judged = run(300, (second) => Math.min(LIMIT_MB, 40 + mbPerSecond * second), 10);
    const found = firstOf(judged, 'replace');
    const leftSeconds = (LIMIT_MB - (found?.trueLiveMb ?? 0)) / mbPerSecond;
    assert.ok(leftSeconds >= 2, `${leftSeconds} s before the end`);
    assert.ok((found?.trueLiveMb ?? 0) >= 0.6 * LIMIT_MB, `at ${found?.trueLiveMb} MB`);
  });
}

test('a heap two thirds full with much garbage is only warned of, for as long as it stays so', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 200 }),
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 }),
      (garbage, noise) => {
        const liveMb = (second: number): number =>
          0.66 * LIMIT_MB + (noise[Math.floor(second * 4) % noise.length] ?? 0);
        const judged = run(120, liveMb, garbage);
        assert.equal(firstOf(judged, 'replace'), undefined);
      },
    ),
    { numRuns: histories(50) },
  );
});

test('caches that fill after the start and then stop are no spiral', () => {
  const judged = run(120, (second) => Math.min(0.66 * LIMIT_MB, 30 * second), 50);
  assert.equal(firstOf(judged, 'replace'), undefined);
  assert.ok(firstOf(judged, 'warn') !== undefined);
});

test('past 70 % it is replaced, growing or not', () => {
  const judged = run(60, () => 0.72 * LIMIT_MB, 50);
  assert.ok(firstOf(judged, 'replace') !== undefined);
});

test('switched off it is never anything but well', () => {
  const judged = run(20, () => 0.9 * LIMIT_MB, 50, false);
  assert.ok(judged.every(({ verdict }) => verdict === 'well'));
});

test('alive is never taken to be more than what is in use, nor less than what was found alive', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          afterMs: fc.nat({ max: 3000 }),
          live: fc.nat({ max: 256 }),
          garbage: fc.nat({ max: 256 }),
          collects: fc.boolean(),
        }),
      ),
      (steps) => {
        let nowMs = 0;
        let majorCollections = 0;
        let judged: HeapJudgement | undefined;
        let liveBytes = 0;
        for (const { afterMs, live, garbage, collects } of steps) {
          nowMs += afterMs;
          if (collects) majorCollections += 1;
          if (collects) liveBytes = live;
          const report = {
            oldGenerationLimitBytes: 256,
            oldGenerationBytes: liveBytes + garbage,
            liveBytes,
            majorCollections,
          } as WatchdogReport;
          judged = judgeHeap(judged?.trend, report, nowMs, HORIZON_MS, gcDeathSpiral);
          assert.ok(judged.liveBytes >= liveBytes && judged.liveBytes <= liveBytes + garbage);
          assert.ok(judged.secondsLeft >= 0 && judged.bytesPerSecond >= 0);
        }
      },
    ),
  );
});

test('whether a heap grows is unknown at first; what was loaded at the start is behind it', () => {
  const options = resolveDetectOptions().gcDeathSpiral;
  const limit = 512 * 1024 * 1024;
  const growths = (liveAt: (second: number) => number): Record<number, string> => {
    let trend: HeapTrend | undefined;
    const found: Record<number, string> = {};
    for (let second = 0; second <= 20; second += 1) {
      const liveBytes = liveAt(second) * limit;
      const report = {
        oldGenerationLimitBytes: limit,
        oldGenerationBytes: limit,
        liveBytes,
        majorCollections: second,
      } as WatchdogReport;
      const judged = judgeHeap(trend, report, second * 1000, 10_000, options);
      trend = judged.trend;
      if (judged.verdict === 'replace') found[second] = judged.growth;
    }
    return found;
  };
  const loaded = growths((second) => Math.min(0.86, second * 0.2));
  assert.deepEqual(
    [loaded[4], loaded[10], loaded[19], loaded[20]],
    ['unknown', 'unknown', 'unknown', 'steady'],
  );
  const leaks = growths((second) => Math.min(1, 0.5 + second * 0.03));
  assert.deepEqual([leaks[11], leaks[14], leaks[16]], ['unknown', 'grows', 'grows']);
  // What is alive goes up and down by a third of what is left, in no order.
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.76, max: 0.8, noNaN: true }), { minLength: 21 }), (noise) => {
      const noisy = growths((second) => noise[second] ?? 0.8);
      assert.ok(!Object.values(noisy).includes('grows'), JSON.stringify(noisy));
    }),
  );
});

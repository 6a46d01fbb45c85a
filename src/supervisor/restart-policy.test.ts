import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_RESTARTS, planRestart, type RestartHistory } from './restart-policy.ts';

/** Deaths one after the other, each right after the wait before it: the delays that are planned. */
function delays(deaths: number, random: number, readyForMs: number = 0): number[] {
  let history: RestartHistory = NO_RESTARTS;
  let nowMs = 0;
  return Array.from({ length: deaths }, () => {
    nowMs += readyForMs;
    const restart = planRestart(history, nowMs, readyForMs, random);
    ({ history } = restart);
    nowMs += restart.delayMs;
    return restart.delayMs;
  });
}

test('first at once, then from 0.5 s doubling', () => {
  assert.deepEqual(delays(5, 1), [0, 500, 1000, 2000, 4000]);
});

test('full jitter: anything from nothing to the whole wait', () => {
  assert.deepEqual(delays(5, 0), [0, 0, 0, 0, 0]);
  assert.deepEqual(delays(4, 0.5), [0, 250, 500, 1000]);
});

test('past 5 restarts in 60 s it says so and waits 30 s each time', () => {
  let history = NO_RESTARTS;
  const loops = [0, 1, 2, 3, 4, 5, 6].map((second) => {
    const restart = planRestart(history, second * 1000, 0, 0);
    ({ history } = restart);
    return [restart.crashLoop, restart.delayMs];
  });
  assert.deepEqual(loops, [...Array.from({ length: 5 }, () => [false, 0]), [true, 30_000], [true, 30_000]]);
});

test('60 s of health make it start anew', () => {
  assert.deepEqual(
    delays(10, 1, 60_000),
    Array.from({ length: 10 }, () => 0),
  );
  assert.notEqual(delays(2, 1, 59_999)[1], 0);
});

test('never more than 30 s, and the crash loop ends once the deaths are further apart', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ gapMs: fc.nat({ max: 120_000 }), readyMs: fc.nat({ max: 120_000 }) }), {
        maxLength: 30,
      }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (deaths, random) => {
        let history = NO_RESTARTS;
        let nowMs = 0;
        for (const { gapMs, readyMs } of deaths) {
          nowMs += gapMs;
          const within = history.recentMs.filter((atMs) => nowMs - atMs < 60_000).length;
          const restart = planRestart(history, nowMs, Math.min(readyMs, gapMs), random);
          ({ history } = restart);
          assert.ok(restart.delayMs >= 0 && restart.delayMs <= 30_000);
          assert.equal(restart.crashLoop, within >= 5);
        }
      },
    ),
  );
});

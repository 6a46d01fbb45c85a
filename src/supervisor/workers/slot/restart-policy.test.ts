import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_RESTARTS, planRestart, type RestartHistory } from './restart-policy.ts';

/** Deaths one after the other, each right after the wait before it: the delays that are planned. */
function delays(
  deaths: number,
  random: number,
  readyForMs: number = 0,
  fromOutside: boolean = false,
): number[] {
  let history: RestartHistory = NO_RESTARTS;
  let nowMs = 0;
  return Array.from({ length: deaths }, () => {
    nowMs += readyForMs;
    const restart = planRestart(history, nowMs, { readyForMs, fromOutside }, random);
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
    const restart = planRestart(history, second * 1000, { readyForMs: 0, fromOutside: false }, 0);
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

test('killed from outside: at once, but no more than one start a second', () => {
  assert.deepEqual(delays(5, 1, 300, true), [0, 700, 700, 700, 700]);
  assert.deepEqual(delays(5, 1, 1500, true), [0, 0, 0, 0, 0]);
  assert.deepEqual(delays(3, 1, 0, true), [0, 1000, 1000]);
});

test('kills from outside neither use up the budget nor give any of it back', () => {
  let history = NO_RESTARTS;
  for (let atMs = 0; atMs < 60_000; atMs += 500) {
    ({ history } = planRestart(history, atMs, { readyForMs: 300, fromOutside: true }, 1));
  }
  assert.deepEqual([history.attempts, history.recentMs], [0, []]);
  for (let i = 0; i < 6; i += 1) {
    const own = planRestart(history, 60_000 + i, { readyForMs: 0, fromOutside: false }, 0);
    assert.equal(own.crashLoop, i === 5);
    ({ history } = planRestart(own.history, 60_000 + i, { readyForMs: 300, fromOutside: true }, 0));
  }
});

test('never more than 30 s, or 1 s when killed from outside; a crash loop ends once the deaths are further apart', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          gapMs: fc.nat({ max: 120_000 }),
          readyMs: fc.nat({ max: 120_000 }),
          fromOutside: fc.boolean(),
        }),
        { maxLength: 30 },
      ),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (deaths, random) => {
        let history = NO_RESTARTS;
        let nowMs = 0;
        const faultsMs: number[] = [];
        for (const { gapMs, readyMs, fromOutside } of deaths) {
          nowMs += gapMs;
          const within = faultsMs.filter((atMs) => nowMs - atMs < 60_000).length;
          const lastStartMs = history.lastStartMs ?? -Infinity;
          const death = { readyForMs: Math.min(readyMs, gapMs), fromOutside };
          const restart = planRestart(history, nowMs, death, random);
          ({ history } = restart);
          assert.ok(restart.delayMs >= 0 && restart.delayMs <= (fromOutside ? 1000 : 30_000));
          assert.equal(restart.crashLoop, !fromOutside && within >= 5);
          if (fromOutside && nowMs >= lastStartMs) {
            assert.ok(nowMs + restart.delayMs >= lastStartMs + 1000, 'a bounded rate');
          }
          if (!fromOutside) faultsMs.push(nowMs);
        }
      },
    ),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { HealthStatus } from '../core/health-link.ts';
import { type IndicatorState, judge, type Outcome, type Rules, unchecked } from './judge.ts';

const RULES: Rules = { failures: 2, successes: 3, slowMs: 500 };

function outcome(status: Outcome['status'], durationMs = 1): Outcome {
  const error = status === 'DOWN' ? 'refused' : undefined;
  return { status, durationMs, error, trouble: undefined, details: {} };
}

const WORDS = { u: 'UP', d: 'DOWN', o: 'OUT_OF_SERVICE' } as const;

/** After each of the outcomes, one a second. */
function states(outcomes: readonly Outcome[], rules: Rules = RULES): IndicatorState[] {
  let state = unchecked(0);
  return outcomes.map((each, i) => (state = judge(state, each, (i + 1) * 1000, rules)));
}

function word(letters: string): Outcome[] {
  return letters.split('').map((letter) => outcome(WORDS[letter as 'u' | 'd' | 'o']));
}

// Two failures to go down, three successes to come up.
const TABLE: readonly (readonly [outcomes: string, statuses: string])[] = [
  ['u', 'u'],
  ['d', 'd'],
  ['o', 'o'],
  ['ud', 'uu'],
  ['udd', 'uud'],
  ['ududu', 'uuuuu'],
  ['du', 'dd'],
  ['duuu', 'dddu'],
  ['duudu', 'ddddd'],
  ['duuduuu', 'ddddddu'],
  ['uo', 'uo'],
  ['ouuu', 'ooou'],
  ['odd', 'ood'],
];

for (const [outcomes, statuses] of TABLE) {
  test(`${outcomes}: ${statuses}`, () => {
    const expected = statuses.split('').map((letter) => WORDS[letter as 'u' | 'd' | 'o']);
    assert.deepEqual(
      states(word(outcomes)).map(({ status }) => status),
      expected,
    );
  });
}

test('it says since when, and why it is down until it is up', () => {
  const [first, , down, still, , up] = states(word('uddduuu').toSpliced(4, 0));
  assert.deepEqual([first?.sinceMs, first?.fault], [1000, undefined]);
  assert.deepEqual([down?.sinceMs, down?.fault], [3000, { error: 'refused', trouble: 'dependency-down' }]);
  assert.deepEqual([still?.sinceMs, up?.status, up?.fault?.error], [3000, 'DOWN', 'refused']);
  const last = states(word('uddduuu')).at(-1);
  assert.deepEqual([last?.status, last?.sinceMs, last?.fault], ['UP', 7000, undefined]);
});

const SLOW: readonly (readonly [durations: readonly number[], sinceMs: number | undefined])[] = [
  [[900, 900], undefined],
  [[900, 900, 900], 3000],
  [[1, 1, 1, 900, 900], undefined],
  [[1, 1, 1, 900, 900, 900], 6000],
  [[900, 900, 900, 1, 1], 3000],
  [[900, 900, 900, 1, 1, 1], undefined],
  [[499, 499, 499], undefined],
];

for (const [durations, sinceMs] of SLOW) {
  test(`checks of ${durations.join(', ')} ms: ${sinceMs === undefined ? 'not slow' : `slow since ${sinceMs}`}`, () => {
    const last = states(durations.map((each) => outcome('UP', each))).at(-1);
    assert.equal(last?.slowSinceMs, sinceMs);
  });
}

test('what is down is not slow, and what it took before says nothing afterwards', () => {
  const slow = [outcome('UP', 900), outcome('UP', 900), outcome('UP', 900)];
  const all = states([...slow, ...word('dd'), ...word('uuu')]);
  assert.deepEqual(
    all.map(({ slowSinceMs }) => slowSinceMs),
    [undefined, undefined, 3000, 3000, undefined, undefined, undefined, undefined],
  );
});

test('the status only changes as the rules allow, whatever comes', () => {
  const found = fc.record({
    status: fc.constantFrom<Outcome['status']>('UP', 'DOWN', 'OUT_OF_SERVICE'),
    durationMs: fc.nat(2000),
  });
  const rules = fc.record({
    failures: fc.integer({ min: 1, max: 4 }),
    successes: fc.integer({ min: 1, max: 4 }),
    slowMs: fc.constant(500),
  });
  fc.assert(
    fc.property(fc.array(found, { minLength: 1 }), rules, (given, own) => {
      const outcomes = given.map(({ status, durationMs }) => outcome(status, durationMs));
      let before: HealthStatus = 'UNKNOWN';
      for (const [i, state] of states(outcomes, own).entries()) {
        const lastOnes = (status: Outcome['status'], count: number): boolean =>
          i + 1 >= count && outcomes.slice(i + 1 - count, i + 1).every((each) => each.status === status);
        if (state.status !== before && i > 0) {
          if (state.status === 'DOWN') assert.ok(lastOnes('DOWN', own.failures));
          if (state.status === 'UP') assert.ok(lastOnes('UP', own.successes));
          assert.equal(state.sinceMs, state.checkedAtMs);
        }
        // Nobody is kept waiting for longer than the rules say either.
        if (lastOnes('DOWN', own.failures)) assert.equal(state.status, 'DOWN');
        if (lastOnes('UP', own.successes)) assert.equal(state.status, 'UP');
        assert.equal(state.status === 'DOWN', state.fault !== undefined);
        assert.ok(state.slowSinceMs === undefined || state.status === 'UP');
        assert.ok(state.recentMs.length <= 5);
        before = state.status;
      }
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_MIN_EFFECTS, type Pair } from './figures.ts';
import { judge, MIN_PAIRS, verdictOf } from './judge.ts';

/** Pairs whose logarithms scatter a little about the given changes. */
function pairsOf(change: Partial<Record<'cpu' | 'p99' | 'goodput', number>>, count = 12): Pair[] {
  const around = (share: number | undefined, i: number): number | undefined =>
    share === undefined ? undefined : Math.log1p(share) + 0.004 * Math.sin(7 * i);
  return Array.from({ length: count }, (_, i) => ({
    cpu: around(change.cpu, i),
    p99: around(change.p99, i),
    goodput: around(change.goodput, i),
  }));
}

const verdictsOf = (pairs: readonly Pair[]): Record<string, string> =>
  Object.fromEntries(judge(pairs, DEFAULT_MIN_EFFECTS, 1).map(({ figure, verdict }) => [figure, verdict]));

test('more CPU time, a higher p99 and less goodput are worse', () => {
  const pairs = pairsOf({ cpu: 0.06, p99: 0.2, goodput: -0.05 });
  assert.deepEqual(verdictsOf(pairs), { cpu: 'worse', p99: 'worse', goodput: 'worse' });
  assert.equal(verdictOf(judge(pairs, DEFAULT_MIN_EFFECTS, 1)), 'worse');
});

test('less CPU time, a lower p99 and more goodput are better', () => {
  assert.deepEqual(verdictsOf(pairsOf({ cpu: -0.06, p99: -0.2, goodput: 0.05 })), {
    cpu: 'better',
    p99: 'better',
    goodput: 'better',
  });
});

test('a change that is certain but smaller than what matters is none', () => {
  assert.deepEqual(verdictsOf(pairsOf({ cpu: 0.02, p99: 0.05, goodput: -0.02 })), {
    cpu: 'same',
    p99: 'same',
    goodput: 'same',
  });
});

test('a figure with too few pairs is unclear, and says how much longer it takes', () => {
  const [change] = judge(pairsOf({ cpu: 0.5 }, MIN_PAIRS - 1), DEFAULT_MIN_EFFECTS, 1);
  assert.equal(change?.verdict, 'unclear');
  assert.equal(change.interval, undefined);
  assert.equal(change.timesAsLong, MIN_PAIRS / (MIN_PAIRS - 1));
});

test('CPU time that is unknown leaves the verdict to the others', () => {
  const changes = judge(pairsOf({ p99: 0, goodput: 0 }), DEFAULT_MIN_EFFECTS, 1);
  assert.deepEqual(
    changes.map(({ figure }) => figure),
    ['p99', 'goodput'],
  );
  assert.equal(verdictOf(changes), 'not-worse');
});

test('without any measurement the verdict is unclear', () => {
  assert.equal(verdictOf(judge([], DEFAULT_MIN_EFFECTS, 1)), 'unclear');
});

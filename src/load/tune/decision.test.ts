import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, type Comparison, decide } from './decision.ts';
import { normal, seededRandom } from './simulated-server.test.ts';
import { histories } from '../../../test/harness/histories.ts';

const RUNS = histories(2000);

/** As a run compares two settings: in turns, more often while it is unclear, on a machine whose speed drifts. */
async function compared(seed: number, noise: number, effect: number): Promise<Comparison> {
  const random = seededRandom(seed);
  let drift = 0;
  const measure = async (mean: number): Promise<number> => {
    drift += (noise / 4) * normal(random);
    return mean * (1 + drift + noise * normal(random));
  };
  return compare({
    minPairs: 4,
    maxPairs: 8,
    hasTime: () => true,
    current: () => measure(500),
    candidate: () => measure(500 * (1 + effect)),
  });
}

test('two that are alike are called different in at most 1 % of the runs, whatever the noise', async () => {
  for (const noise of [0.01, 0.03, 0.1]) {
    let wrong = 0;
    for (let seed = 0; seed < RUNS; seed += 1)
      if (decide(await compared(seed, noise, 0)).kind === 'better') wrong += 1;
    assert.ok(wrong <= RUNS / 100, `${wrong} of ${RUNS} with noise of ${noise}`);
  }
});

test('one that is better by 20 % is found; one that is worse never is', async () => {
  let found = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    if (decide(await compared(seed, 0.02, 0.2)).kind === 'better') found += 1;
    assert.notEqual(decide(await compared(seed, 0.02, -0.2)).kind, 'better');
  }
  assert.ok(found >= 190, `${found} of 200`);
});

test('a difference without noise is decided, too little a difference is none', () => {
  assert.equal(decide({ currents: [1, 1, 1, 1], candidates: [1.1, 1.1, 1.1, 1.1] }).kind, 'better');
  assert.equal(decide({ currents: [1, 1, 1, 1], candidates: [1.02, 1.02, 1.02, 1.02] }).kind, 'no-better');
});

test('noise that exceeds the effect leaves it unclear', () => {
  assert.equal(decide({ currents: [1, 2, 1, 2], candidates: [2, 1, 2, 1] }).kind, 'unclear');
  assert.equal(decide({ currents: [1], candidates: [2] }).kind, 'unclear');
});

test('each comes first as often as the other', async () => {
  const order: string[] = [];
  await compare({
    minPairs: 4,
    maxPairs: 4,
    hasTime: () => true,
    current: async () => order.push('a'),
    candidate: async () => order.push('b'),
  });
  assert.equal(order.join(''), 'abbaabba');
});

test('without time for a pair nothing is measured, and nothing known', async () => {
  const measure = async (): Promise<number> => 1;
  const found = await compare({
    minPairs: 4,
    maxPairs: 8,
    hasTime: (pairs) => pairs < 1,
    current: measure,
    candidate: measure,
  });
  assert.deepEqual(found, { currents: [1], candidates: [1] });
  assert.equal(decide(found).kind, 'unclear');
  assert.equal(decide({ currents: [], candidates: [] }).kind, 'unclear');
});

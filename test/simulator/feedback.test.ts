// Load balancers that follow the weights of two instances: what is shed, and whether the weights come to rest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printedRandom } from '../harness/seed.ts';
import { feedback, type Scene, type Second } from './feedback.ts';

/** One instance at half the speed of the other. */
const UNEQUAL: Pick<Scene, 'capacities'> = { capacities: () => [1000, 500] };

/** How utilization follows the load: of an event loop, and of a queue, which fills up late and then fast. */
const KINDS = {
  'a busy loop': (share: number): number => share,
  'a queue': (share: number): number =>
    Math.min(1, 0.3 * share + (0.175 * share) / Math.max(0.05, 1.05 - share)),
};

/** Seconds until an answer to the load is expected. */
const SETTLED = 60;

const shareOf = ({ shares }: Second): number => shares[0] ?? 0;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const shedIn = (seconds: readonly Second[]): number => seconds.reduce((sum, { shed }) => sum + shed, 0);
const swing = (seconds: readonly Second[]): number => {
  const shares = seconds.map(shareOf);
  return Math.max(...shares) - Math.min(...shares);
};

for (const [kind, utilization] of Object.entries(KINDS)) {
  for (const interval of [1, 2, 5]) {
    test(`${kind}, asked every ${interval} s: weights come to rest, and the slow instance sheds a fifth at most`, (t) => {
      const random = printedRandom(t);
      // From where equal shares overload the slow one to where nearly all of both is used.
      for (const load of [1100, 1200, 1300]) {
        const scene = { ...UNEQUAL, load: () => load, seconds: 300, interval, utilization };
        const weighted = feedback(scene, random).slice(SETTLED);
        const equal = feedback({ ...scene, isWeighted: false }, random).slice(SETTLED);
        const found = `at ${load}/s: swing ${swing(weighted)}, shed ${shedIn(weighted)} of ${shedIn(equal)}`;
        t.diagnostic(found);
        // A swing of 0.2 is ±10 % of the requests: seen with a queue that is asked every 5 s only.
        assert.ok(swing(weighted) < (interval === 5 ? 0.25 : 0.12), found);
        assert.ok(shedIn(weighted) <= shedIn(equal) / 5, found);
      }
    });
  }
}

test('an instance that becomes slow gets less within seconds, and its share again when it is fast', (t) => {
  const capacities = (second: number): number[] => [1000, second >= 100 && second < 200 ? 500 : 1000];
  const seconds = feedback({ capacities, load: () => 1200, seconds: 300, interval: 2 }, printedRandom(t));
  const share = (from: number, to: number): number => mean(seconds.slice(from, to).map(shareOf));
  assert.ok(Math.abs(share(60, 100) - 0.5) < 0.03, `${share(60, 100)}`);
  assert.ok(share(120, 200) > 0.6, `${share(120, 200)}`);
  assert.ok(Math.abs(share(240, 300) - 0.5) < 0.03, `${share(240, 300)}`);
});

test('past what all can do together, the faster one still gets more', (t) => {
  const seconds = feedback({ ...UNEQUAL, load: () => 2000, seconds: 200, interval: 2 }, printedRandom(t));
  const share = mean(seconds.slice(SETTLED).map(shareOf));
  assert.ok(share > 0.58 && share < 0.7, `${share}`);
});

test('of eight instances the slow one gets less, the others the same', (t) => {
  const capacities = (): number[] => [500, 1000, 1000, 1000, 1000, 1000, 1000, 1000];
  const seconds = feedback({ capacities, load: () => 6000, seconds: 200, interval: 2 }, printedRandom(t));
  const late = seconds.slice(SETTLED);
  const share = (i: number): number => mean(late.map(({ shares }) => shares[i] ?? 0));
  assert.ok(share(0) < 0.62 * share(1), `${share(0)} ${share(1)}`);
  for (let i = 2; i < 8; i += 1)
    assert.ok(Math.abs(share(i) / share(1) - 1) < 0.1, `${share(i)} ${share(1)}`);
});

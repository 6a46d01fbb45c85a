import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CRITICALITIES, type Criticality, DEFAULTS } from './options.ts';
import { TurnBudget } from './turn-budget.ts';

const COST_MS = 2;
const REFUSAL_MS = 0.03;

interface Served {
  offered: number;
  admitted: number;
  waitsMs: number[];
}

/** A CPU-bound server: what arrives during one turn is handled in the next, one request after the other. */
function simulate(
  load: number,
  mix: Partial<Record<Criticality, number>>,
  { seconds = 10, seed = 1 }: { seconds?: number; seed?: number } = {},
): { readonly busyShare: number; readonly of: (criticality: Criticality) => Served } {
  const defaults = DEFAULTS.turnBudget;
  assert.ok(defaults !== false);
  const budget = new TurnBudget(defaults, 0);
  const random = mulberry32(seed);
  const served = CRITICALITIES.map((): Served => ({ offered: 0, admitted: 0, waitsMs: [] }));
  const pick = (): number => {
    let x = random();
    return Math.max(
      0,
      CRITICALITIES.findIndex((criticality) => (x -= mix[criticality] ?? 0) < 0),
    );
  };
  const gapMs = (): number => (-Math.log(1 - random()) * COST_MS) / load;
  let nowMs = 0;
  let arrivalMs = gapMs();
  while (nowMs < 1000 * seconds) {
    const beganMs = Math.max(nowMs, arrivalMs);
    nowMs = beganMs;
    for (; arrivalMs <= beganMs; arrivalMs += gapMs()) {
      const rank = pick();
      const of = served[rank];
      assert.ok(of !== undefined);
      of.offered += 1;
      if (budget.admits(rank, nowMs - beganMs)) {
        of.admitted += 1;
        nowMs += COST_MS;
        of.waitsMs.push(nowMs - arrivalMs);
      } else {
        nowMs += REFUSAL_MS;
      }
    }
    budget.turnEnded(nowMs);
  }
  const admitted = served.reduce((sum, of) => sum + of.admitted, 0);
  return {
    busyShare: (admitted * COST_MS) / nowMs,
    of: (criticality) =>
      served[CRITICALITIES.indexOf(criticality)] ?? { offered: 0, admitted: 0, waitsMs: [] },
  };
}

function p99(waitsMs: readonly number[]): number {
  return waitsMs.toSorted((a, b) => a - b)[Math.floor(0.99 * waitsMs.length)] ?? 0;
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

for (const { load, leastServed, leastBusy, p99Ms } of [
  { load: 0.5, leastServed: 1, leastBusy: 0, p99Ms: 20 },
  { load: 0.95, leastServed: 0.98, leastBusy: 0.9, p99Ms: 100 },
  { load: 2, leastServed: 0, leastBusy: 0.97, p99Ms: 75 },
  { load: 5, leastServed: 0, leastBusy: 0.93, p99Ms: 50 },
  { load: 10, leastServed: 0, leastBusy: 0.85, p99Ms: 50 },
]) {
  test(`one class at ${load} times capacity`, () => {
    for (const seed of [1, 2, 3]) {
      const { busyShare, of } = simulate(load, { critical: 1 }, { seed });
      const { offered, admitted, waitsMs } = of('critical');
      assert.ok(admitted / offered >= leastServed, `served ${admitted} of ${offered}`);
      assert.ok(busyShare >= leastBusy, `busy ${busyShare}`);
      assert.ok(p99(waitsMs) <= p99Ms, `p99 ${p99(waitsMs)} ms`);
    }
  });
}

for (const load of [2, 5]) {
  test(`at ${load} times capacity what is critical is served, and sheddable takes what is left`, () => {
    const { busyShare, of } = simulate(load, { critical: 0.1, sheddable: 0.9 });
    const critical = of('critical');
    assert.ok(critical.admitted / critical.offered >= 0.99);
    assert.ok(of('sheddable').admitted > 0);
    assert.ok(busyShare >= 0.92, `busy ${busyShare}`);
  });
}

test('when even what is critical is too much, sheddable gets next to nothing', () => {
  const { of } = simulate(5, { critical: 0.5, sheddable: 0.5 });
  assert.ok(of('sheddable').admitted / of('sheddable').offered < 0.01);
  assert.ok(of('critical').admitted / of('critical').offered > 0.35);
});

test('a server at rest takes a burst that ends within the burst budget', () => {
  const budget = new TurnBudget({ targetMs: 10, burstMs: 50 }, 0);
  for (let elapsedMs = 0; elapsedMs < 50; elapsedMs += COST_MS) assert.ok(budget.admits(1, elapsedMs));
  assert.ok(!budget.admits(1, 50));
});

test('after a flood the burst is back within a second', () => {
  const budget = new TurnBudget({ targetMs: 10, burstMs: 50 }, 0);
  let nowMs = 0;
  const turn = (elapsedMs: number): boolean => {
    const admits = budget.admits(1, elapsedMs);
    nowMs += 10;
    budget.turnEnded(nowMs);
    return admits;
  };
  for (let i = 0; i < 100; i += 1) turn(80);
  assert.ok(!turn(10));
  for (let i = 0; i < 100; i += 1) turn(0);
  assert.ok(turn(40));
});

test('while connections wait unaccepted the turns get shorter, but none is without a request; then they grow again', () => {
  const budget = new TurnBudget({ targetMs: 10, burstMs: 50 }, 0);
  let nowMs = 0;
  const turn = (isBacklogged: boolean): void => {
    nowMs += 10;
    budget.turnEnded(nowMs, isBacklogged);
  };
  turn(true);
  assert.ok(budget.admits(1, 24) && !budget.admits(1, 26));
  for (let i = 0; i < 100; i += 1) turn(true);
  assert.ok(budget.admits(1, 0));
  assert.ok(!budget.admits(1, 1));
  for (let i = 0; i < 100; i += 1) turn(false);
  assert.ok(budget.admits(1, 45));
});

test('the first request of a turn is admitted unless a more important class is being refused', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ rank: fc.nat({ max: 3 }), atMs: fc.double({ min: 0, max: 500, noNaN: true }) })),
      (requests) => {
        const budget = new TurnBudget({ targetMs: 10, burstMs: 50 }, 0);
        requests.forEach(({ rank, atMs }, i) => {
          budget.admits(rank, atMs);
          budget.turnEnded(i);
        });
        assert.ok(budget.admits(0, 0));
        // What a class is refused at some point of a turn, no class below it is admitted at, in the same state.
        for (let atMs = 0; atMs < 100; atMs += 5) {
          const admits = [0, 1, 2, 3].map((rank) => budget.admits(rank, atMs));
          if (atMs >= 10) continue;
          assert.deepEqual(admits.indexOf(true) <= 0, true, `${atMs} ms: ${admits.join()}`);
        }
      },
    ),
  );
});

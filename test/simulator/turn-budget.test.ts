// The turn budget before a server that computes: what it serves, and how long that has waited.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turnBudget } from '../../src/admission/checks/turn-options.ts';
import { CRITICALITIES, type Criticality } from '../../src/admission/policy.ts';
import { TurnBudget } from '../../src/admission/checks/turn-budget.ts';
import { exponential, seededRandom } from './random.ts';

const COST_MS = 2;
const REFUSAL_MS = 0.03;
const ACCEPT_MS = 0.11;
const COPIES = 32;
const LEFT_OUT_MS = 3000;

interface Served {
  offered: number;
  admitted: number;
  waitsMs: number[];
}

/**
 * A CPU-bound server: what arrives during one turn is handled in the next, one request after the other. With new
 * connections a turn accepts at most as many as there are copies of the socket, and the next one handles their requests.
 * The first three seconds, in which the credit of a new process is spent, are left out.
 */
function simulate(
  load: number,
  mix: Partial<Record<Criticality, number>>,
  { seconds = 30, seed = 1, connects = false }: { seconds?: number; seed?: number; connects?: boolean } = {},
): { readonly busyShare: number; readonly of: (criticality: Criticality) => Served } {
  const defaults = turnBudget.complete({});
  let nowMs = 0;
  let idleMs = 0;
  const budget = new TurnBudget(defaults, 0, () => ({ idle: idleMs, active: nowMs - idleMs }));
  const random = seededRandom(seed);
  const served = CRITICALITIES.map((): Served => ({ offered: 0, admitted: 0, waitsMs: [] }));
  const pick = (): number => {
    let x = random();
    return Math.max(
      0,
      CRITICALITIES.findIndex((criticality) => (x -= mix[criticality] ?? 0) < 0),
    );
  };
  const gapMs = (): number => exponential(random, COST_MS / load);
  let nextMs = gapMs();
  const waiting: number[] = [];
  let accepted: number[] = [];
  while (nowMs < 1000 * seconds) {
    const isIdle = waiting.length === 0 && accepted.length === 0;
    const beganMs = isIdle ? Math.max(nowMs, nextMs) : nowMs;
    idleMs += beganMs - nowMs;
    nowMs = beganMs;
    for (; nextMs <= beganMs; nextMs += gapMs()) waiting.push(nextMs);
    const readable = connects ? accepted : waiting.splice(0);
    accepted = connects ? waiting.splice(0, COPIES) : [];
    const isBacklogged = accepted.length === COPIES;
    nowMs += accepted.length * ACCEPT_MS;
    /** By rank: what requests of the class and of better ones have used. */
    const usedMs = CRITICALITIES.map(() => 0);
    for (const arrivalMs of readable) {
      const rank = pick();
      const of = served[rank];
      assert.ok(of !== undefined);
      const admits = budget.admits(rank, usedMs[rank] ?? 0);
      const tookMs = admits ? COST_MS : REFUSAL_MS;
      nowMs += tookMs;
      for (let i = rank; i < usedMs.length; i += 1) usedMs[i] = (usedMs[i] ?? 0) + tookMs;
      if (arrivalMs < LEFT_OUT_MS) continue;
      of.offered += 1;
      if (!admits) continue;
      of.admitted += 1;
      of.waitsMs.push(nowMs - arrivalMs);
    }
    budget.turnEnded(nowMs, isBacklogged);
  }
  const admitted = served.reduce((sum, of) => sum + of.admitted, 0);
  return {
    busyShare: (admitted * COST_MS) / (nowMs - LEFT_OUT_MS),
    of: (criticality) =>
      served[CRITICALITIES.indexOf(criticality)] ?? { offered: 0, admitted: 0, waitsMs: [] },
  };
}

function p99(waitsMs: readonly number[]): number {
  return waitsMs.toSorted((a, b) => a - b)[Math.floor(0.99 * waitsMs.length)] ?? 0;
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

test('with a new connection for each request, at 5 times capacity, what is critical is served too', () => {
  for (const seed of [1, 2, 3]) {
    const { of } = simulate(5, { critical: 0.1, sheddable: 0.9 }, { seed, connects: true });
    const critical = of('critical');
    assert.ok(critical.admitted / critical.offered >= 0.99, `${critical.admitted} of ${critical.offered}`);
    assert.ok(of('sheddable').admitted > 0);
    assert.ok(p99(critical.waitsMs) <= 100, `p99 ${p99(critical.waitsMs)} ms`);
  }
});

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

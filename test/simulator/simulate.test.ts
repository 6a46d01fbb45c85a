// The simulator against queueing theory, where theory has an answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fixedLimit } from './controller.ts';
import { exponential } from './random.ts';
import { Schedule } from './schedule.ts';
import { type Scenario, simulate } from './simulate.ts';

function poolOf(slots: number, meanMs: number, perSecond: number): Scenario {
  return {
    name: 'theory',
    durationMs: 200_000,
    warmUpMs: 5000,
    deadlineMs: Infinity,
    slots: () => slots,
    serviceMs: (_atMs, random) => exponential(random, meanMs),
    arrivalsPerSecond: () => perSecond,
    bestPerSecond: () => perSecond,
  };
}

function within(actual: number, expected: number, share: number): void {
  assert.ok(Math.abs(actual / expected - 1) <= share, `${actual} is not within ${share} of ${expected}`);
}

test('as many in flight as slots: the share shed is that of Erlang’s loss formula', () => {
  const offered = 40;
  let lost = 1;
  for (let slots = 1; slots <= 20; slots += 1) lost = (offered * lost) / (slots + offered * lost);
  const { shed, admitted } = simulate(poolOf(20, 20, 2000), fixedLimit(20), 1);
  within(shed / (shed + admitted), lost, 0.01);
});

test('one slot and no limit: the mean latency is that of M/M/1', () => {
  const { latenciesMs } = simulate(poolOf(1, 5, 140), fixedLimit(Infinity), 1);
  const mean = latenciesMs.reduce((sum, ms) => sum + ms, 0) / latenciesMs.length;
  within(mean, 5 / (1 - 0.7), 0.08);
});

test('clients that go away hold no place in flight, but their work holds its slot', () => {
  const { good, shed } = simulate(
    { ...poolOf(1, 1000, 2), serviceMs: () => 1000, patienceMs: 500 },
    fixedLimit(1000),
    1,
  );
  assert.deepEqual([good, shed], [0, 0]);
});

test('a request that is shed comes again as often as its client tries', () => {
  const scenario = { ...poolOf(1, 20, 1), retries: 3 };
  const once = simulate(poolOf(1, 20, 1), fixedLimit(0), 1).shed;
  within(simulate(scenario, fixedLimit(0), 1).shed, 4 * once, 0.1);
});

test('a schedule gives everything back in the order of time, then of arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 })), (times) => {
      const schedule = new Schedule<number>();
      for (const [i, atMs] of times.entries()) schedule.put(atMs, i);
      const given: number[] = [];
      for (let next = schedule.next(); next !== undefined; next = schedule.next()) given.push(next);
      const expected = times.map((atMs, i) => ({ atMs, i })).toSorted((a, b) => a.atMs - b.atMs || a.i - b.i);
      assert.deepEqual(
        given,
        expected.map(({ i }) => i),
      );
    }),
  );
});

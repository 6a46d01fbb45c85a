import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlannedKind } from './plan.ts';
import { Schedule } from './schedule.ts';

const kind = (name: string, weight: number): PlannedKind => ({
  name,
  weight,
  method: 'GET',
  path: '/',
  headers: {},
  body: undefined,
});

type ScheduleOf = ConstructorParameters<typeof Schedule>[0];

const PLAN: ScheduleOf = {
  segments: [{ durationMs: 100_000, from: 200, to: 200 }],
  kinds: [kind('a', 3), kind('b', 1)],
  seed: 5,
  slowShare: 0.1,
  obeyShare: 0.2,
  ignoreShare: 0.3,
};

interface Drawn {
  readonly dueMs: number;
  readonly kind: number;
  readonly manner: string;
  readonly isSlow: boolean;
}

function draw(plan: ScheduleOf, part?: number, parts?: number): Drawn[] {
  const drawn: Drawn[] = [];
  for (const schedule = new Schedule(plan, part, parts); schedule.dueMs < Infinity; schedule.advance()) {
    const { dueMs, manner, isSlow } = schedule;
    drawn.push({ dueMs, kind: schedule.kind, manner, isSlow });
  }
  return drawn;
}

const share = (drawn: readonly Drawn[], is: (one: Drawn) => boolean): number =>
  drawn.filter(is).length / drawn.length;
const near = (value: number, expected: number, by: number, what: string): void =>
  assert.ok(Math.abs(value - expected) <= by, `${what}: ${value} instead of ${expected}`);

test('a Poisson process: mean and variance of the gaps are those of an exponential distribution', () => {
  const drawn = draw(PLAN);
  near(drawn.length, 20_000, 500, 'requests');
  const gaps = drawn.map(({ dueMs }, i) => dueMs - (drawn[i - 1]?.dueMs ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  near(mean, 5, 0.1, 'mean gap');
  near(Math.sqrt(variance), 5, 0.2, 'standard deviation');
});

test('weights and shares', () => {
  const drawn = draw(PLAN);
  near(
    share(drawn, (one) => one.kind === 0),
    0.75,
    0.02,
    'of the first kind',
  );
  near(
    share(drawn, ({ isSlow }) => isSlow),
    0.1,
    0.01,
    'slow',
  );
  near(
    share(drawn, ({ manner }) => manner === 'obeys'),
    0.2,
    0.02,
    'that obey',
  );
  near(
    share(drawn, ({ manner }) => manner === 'ignores'),
    0.3,
    0.02,
    'that ignore',
  );
});

test('ramps and steps: as many in each second as its rate says', () => {
  const ramp = draw({ ...PLAN, segments: [{ durationMs: 20_000, from: 0, to: 2000 }] });
  near(ramp.length, 20_000, 500, 'of the ramp');
  near(
    share(ramp, ({ dueMs }) => dueMs < 10_000),
    0.25,
    0.02,
    'in its first half',
  );
  const fall = draw({ ...PLAN, segments: [{ durationMs: 20_000, from: 2000, to: 0 }] });
  near(
    share(fall, ({ dueMs }) => dueMs < 10_000),
    0.75,
    0.02,
    'in the first half of a fall',
  );
  const steps = draw({
    ...PLAN,
    segments: [1000, 0, 3000].map((rate) => ({ durationMs: 5000, from: rate, to: rate })),
  });
  const inStep = (step: number): number =>
    steps.filter(({ dueMs }) => Math.floor(dueMs / 5000) === step).length;
  near(inStep(0), 5000, 250, 'in the first step');
  assert.equal(inStep(1), 0);
  near(inStep(2), 15_000, 450, 'in the last step');
});

test('property: the parts of all threads are the whole, in order, whatever the rates', () => {
  const segment = fc.record({
    durationMs: fc.integer({ min: 1, max: 2000 }),
    from: fc.integer({ min: 0, max: 500 }),
    to: fc.integer({ min: 0, max: 500 }),
  });
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.integer({ min: 1, max: 4 }),
      (segments, seed, parts) => {
        const plan = { ...PLAN, segments, seed };
        const whole = draw(plan);
        const byThreads = Array.from({ length: parts }, (_, part) => draw(plan, part, parts)).flat();
        assert.deepEqual(
          byThreads.toSorted((a, b) => a.dueMs - b.dueMs),
          whole,
        );
        let before = 0;
        for (const { dueMs } of whole) {
          assert.ok(dueMs >= before);
          before = dueMs;
        }
        assert.ok(before <= segments.reduce((sum, { durationMs }) => sum + durationMs, 0));
      },
    ),
  );
});

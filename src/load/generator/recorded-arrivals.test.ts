import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Plan, PlannedArrivals, PlannedKind } from './plan.ts';
import { RecordedArrivals } from './recorded-arrivals.ts';

const kind = (variable: PlannedKind['variable']): PlannedKind => ({
  name: 'GET /',
  weight: 1,
  method: 'GET',
  path: '/',
  variable,
  headers: {},
  body: undefined,
});

type PlanOf = ConstructorParameters<typeof RecordedArrivals>[0];

const planOf = (durationMs: number): PlanOf => ({
  segments: [{ durationMs, from: 1, to: 1 }] satisfies Plan['segments'],
  kinds: [kind(['/a/', { from: 3, to: 5 }]), kind(['/b/', ['x', 'y']])],
  seed: 7,
  slowShare: 0.2,
  obeyShare: 0.5,
  ignoreShare: 0,
});

interface Drawn {
  readonly dueMs: number;
  readonly kind: number;
  readonly path: string | undefined;
  readonly bodyBytes: number;
  readonly manner: string;
  readonly isSlow: boolean;
}

function draw(plan: PlanOf, recorded: PlannedArrivals, part?: number, parts?: number): Drawn[] {
  const drawn: Drawn[] = [];
  const arrivals = new RecordedArrivals(plan, recorded, part, parts);
  for (; arrivals.dueMs < Infinity; arrivals.advance()) {
    const { dueMs, path, bodyBytes, manner, isSlow } = arrivals;
    drawn.push({ dueMs, kind: arrivals.kind, path, bodyBytes, manner, isSlow });
  }
  return drawn;
}

const RECORDED: PlannedArrivals = {
  periodMs: 100,
  atMs: Float64Array.of(0, 30, 30, 100),
  kinds: Uint16Array.of(0, 1, 0, 1),
  bodyBytes: Float64Array.of(-1, 2048, 0, 1),
};

test('requests come at the recorded times, of the recorded kinds and sizes', () => {
  const drawn = draw(planOf(100), RECORDED);
  assert.deepEqual(
    drawn.map(({ dueMs, kind: ofKind, bodyBytes }) => [dueMs, ofKind, bodyBytes]),
    [
      [0, 0, 0],
      [30, 1, 2048],
      [30, 0, 0],
      [100, 1, 1],
    ],
  );
  for (const { kind: ofKind, path } of drawn)
    assert.match(path ?? '', ofKind === 0 ? /^\/a\/[345]$/ : /^\/b\/[xy]$/);
});

test('a longer run begins the recording anew, a shorter one cuts it', () => {
  assert.deepEqual(
    draw(planOf(131), RECORDED).map(({ dueMs }) => dueMs),
    [0, 30, 30, 100, 100, 130, 130],
  );
  assert.deepEqual(
    draw(planOf(20), RECORDED).map(({ dueMs }) => dueMs),
    [0],
  );
});

test('without arrivals there is nothing to do', () => {
  const none = {
    periodMs: 1,
    atMs: new Float64Array(),
    kinds: new Uint16Array(),
    bodyBytes: new Float64Array(),
  };
  assert.deepEqual(draw(planOf(1000), none), []);
});

const recordings: fc.Arbitrary<PlannedArrivals> = fc
  .array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 200 })
  .map((times) => ({
    periodMs: 1000,
    atMs: Float64Array.from(times).toSorted(),
    kinds: Uint16Array.from(times, (_, i) => i % 2),
    bodyBytes: Float64Array.from(times, (_, i) => i),
  }));

test('rate, mix and every single arrival are those of the recording, with any number of threads', () => {
  fc.assert(
    fc.property(
      recordings,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      (recorded, parts, rounds) => {
        const plan = planOf(1000 * rounds);
        const whole = draw(plan, recorded);
        assert.deepEqual(
          whole.slice(0, recorded.atMs.length).map(({ dueMs }) => dueMs),
          [...recorded.atMs],
        );
        const divided = Array.from({ length: parts }, (_, part) => draw(plan, recorded, part, parts)).flat();
        const order = (a: Drawn, b: Drawn): number => a.dueMs - b.dueMs || a.bodyBytes - b.bodyBytes;
        assert.deepEqual(divided.toSorted(order), whole.toSorted(order));
      },
    ),
  );
});

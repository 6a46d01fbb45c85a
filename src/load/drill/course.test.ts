import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginCourse, type Course, type CourseRules, followCourse, type Sighting } from './course.ts';

const RULES: CourseRules = { calmMs: 1000, hold: { until: 'healed', maxMs: 10_000 }, floor: 0.25 };
const CALM: Omit<Sighting, 'nowMs'> = {
  isCalm: true,
  isDetected: false,
  isTaskDone: false,
  goodput: undefined,
  isInterrupted: false,
};

/** @param seen What is seen, by time. @returns The phases, each with the time at which it began. */
function phases(
  seen: readonly (readonly [nowMs: number, Partial<Sighting>])[],
  rules: CourseRules = RULES,
): { readonly phases: readonly string[]; readonly course: Course } {
  let course = beginCourse(0);
  const found = ['calm 0'];
  for (const [nowMs, sighting] of seen) {
    const next = followCourse(course, { ...CALM, ...sighting, nowMs }, rules);
    if (next.phase !== course.phase) found.push(`${next.phase} ${nowMs}`);
    course = next;
  }
  return { phases: found, course };
}

const sick = { isCalm: false, isDetected: true };

test('a fault that Respite heals is reverted when it is healed, and the drill ends after a calm time', () => {
  const { phases: found, course } = phases([
    [500, {}],
    [1000, {}],
    [1100, {}],
    [2000, sick],
    [3000, { isDetected: true }],
    [4000, { isDetected: true }],
    [6000, { isDetected: true }],
  ]);
  assert.deepEqual(found, ['calm 0', 'faulty 1000', 'recovering 3000', 'over 6000']);
  assert.equal(course.calmSinceMs, 4000);
  assert.equal(course.stopped, undefined);
});

test('a fault that is not healed is reverted after the maximum time', () => {
  const { phases: found } = phases([
    [1000, {}],
    [10_999, sick],
    [11_000, sick],
  ]);
  assert.deepEqual(found.at(-1), 'recovering 11000');
});

test('an instance that does not become calm again ends the drill, and is not called calm', () => {
  const { phases: found, course } = phases([
    [1000, {}],
    [11_000, sick],
    [50_000, sick],
    [101_000, sick],
  ]);
  assert.deepEqual(found.at(-1), 'over 101000');
  assert.equal(course.calmSinceMs, undefined);
});

test('calm that does not last does not end the drill', () => {
  const { phases: found } = phases([
    [1000, {}],
    [11_000, sick],
    [12_000, {}],
    [13_000, sick],
    [13_500, {}],
    [15_000, {}],
    [15_500, {}],
  ]);
  assert.deepEqual(found.at(-1), 'over 15500');
});

test('too little goodput reverts the fault', () => {
  const { phases: found, course } = phases([
    [1000, {}],
    [2000, { goodput: 0.25 }],
    [3000, { ...sick, goodput: 0.24 }],
    [4000, {}],
    [6000, {}],
  ]);
  assert.deepEqual(found, ['calm 0', 'faulty 1000', 'recovering 3000', 'over 6000']);
  assert.equal(course.stopped, 'goodput-floor');
});

test('an interruption reverts the fault, and waits for no recovery', () => {
  const interrupted = { isInterrupted: true };
  const { phases: found, course } = phases([
    [1000, {}],
    [2000, interrupted],
    [2100, { ...sick, ...interrupted }],
  ]);
  assert.deepEqual(found, ['calm 0', 'faulty 1000', 'recovering 2000', 'over 2100']);
  assert.equal(course.stopped, 'interrupted');
  assert.deepEqual(phases([[500, interrupted]]).phases, ['calm 0', 'over 500']);
});

for (const [until, seen] of [
  ['detected', { isDetected: true, isCalm: false }],
  ['task', { isTaskDone: true }],
] as const) {
  test(`a fault that lasts until ${until} is reverted then`, () => {
    const rules = { ...RULES, hold: { until, maxMs: 10_000 } };
    const { phases: found } = phases(
      [
        [1000, {}],
        [2000, {}],
        [3000, seen],
      ],
      rules,
    );
    assert.deepEqual(found, ['calm 0', 'faulty 1000', 'recovering 3000']);
  });
}

test('a fault that lasts for a time is not reverted before', () => {
  const rules = { ...RULES, hold: { until: 'time', maxMs: 5000 } } as const;
  const { phases: found } = phases(
    [
      [1000, {}],
      [5999, { isDetected: true }],
      [6000, {}],
    ],
    rules,
  );
  assert.deepEqual(found, ['calm 0', 'faulty 1000', 'recovering 6000']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Cohorts, cohortOf, saltAt } from './cohort.ts';
import { COHORTS } from './level.ts';

const HOUR_MS = 3_600_000;

test('a cohort is a whole number from 0 to 127, and always the same', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer(), (identity, salt) => {
      const cohort = cohortOf(identity, salt);
      assert.ok(Number.isInteger(cohort) && cohort >= 0 && cohort < COHORTS);
      assert.equal(cohortOf(identity, salt), cohort);
    }),
  );
});

for (const [name, identityOf] of [
  ['numbered users', (i: number) => `user-${i}`],
  ['addresses', (i: number) => `10.0.${i >> 8}.${i & 255}`],
  ['tokens that differ in the middle', (i: number) => `Bearer ${'a'.repeat(100)}${i}${'b'.repeat(100)}`],
] as const) {
  test(`${name} spread over the cohorts`, () => {
    const sizes = Array.from({ length: COHORTS }, () => 0);
    const users = COHORTS * 100;
    for (let i = 0; i < users; i += 1) {
      const cohort = cohortOf(identityOf(i), saltAt(0, 1));
      sizes[cohort] = (sizes[cohort] ?? 0) + 1;
    }
    // Chi-square with 127 degrees of freedom: above 206 with a probability of 1 in 100,000.
    const chiSquare = sizes.reduce((sum, size) => sum + (size - 100) ** 2 / 100, 0);
    assert.ok(chiSquare < 206, `${chiSquare}`);
  });
}

test('over many rotations everybody is among the last third about a third of the time', () => {
  const hours = 600;
  const threshold = Math.round(COHORTS * (2 / 3));
  // Five standard deviations of a binomial distribution.
  const tolerance = 5 * Math.sqrt((1 / 3) * (2 / 3) * hours);
  for (let user = 0; user < 200; user += 1) {
    let refused = 0;
    for (let hour = 0; hour < hours; hour += 1) {
      if (cohortOf(`user-${user}`, saltAt(hour * HOUR_MS, 7)) >= threshold) refused += 1;
    }
    assert.ok(Math.abs(refused - hours / 3) < tolerance, `user ${user}: ${refused} of ${hours}`);
  }
});

test('the salt holds for the hour', () => {
  assert.equal(saltAt(HOUR_MS, 1), saltAt(2 * HOUR_MS - 1, 1));
  assert.notEqual(saltAt(HOUR_MS, 1), saltAt(2 * HOUR_MS, 1));
  assert.notEqual(saltAt(HOUR_MS, 1), saltAt(HOUR_MS, 2));
});

test('instances with one seed agree on a user, and rotate together', () => {
  const [one, other] = [new Cohorts(5, 10), new Cohorts(5, 2000)];
  assert.equal(one.of('x'), other.of('x'));
  const users = Array.from({ length: 50 }, (_, i) => `user-${i}`);
  const before = users.map((user) => one.of(user));
  one.rotate(HOUR_MS);
  const after = users.map((user) => one.of(user));
  assert.notDeepEqual(after, before);
});

test('requests of nobody in particular take every cohort once in 128', () => {
  const cohorts = new Cohorts(1, 0);
  assert.equal(new Set(Array.from({ length: COHORTS }, () => cohorts.of(undefined))).size, COHORTS);
});

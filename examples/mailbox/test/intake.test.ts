import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIntake, type Intake } from '../smtp/intake.ts';

const create = (): Intake => createIntake({ probeIntervalMs: 500, longestMemoryMs: 5000, random: () => 0.5 });

function enterMany(intake: Intake, count: number, nowMs: number): number {
  return Array.from({ length: count }, () => intake.enter(nowMs)).filter(Boolean).length;
}

test('takes everything as long as nothing was refused', () => {
  assert.equal(enterMany(create(), 1000, 0), 1000);
});

test('after a refusal, begins no more than were in progress beside the refused one', () => {
  const intake = create();
  enterMany(intake, 4, 0);
  intake.refused(0, 3000);
  intake.left();
  assert.equal(enterMany(intake, 10, 100), 0);
  intake.left();
  assert.equal(enterMany(intake, 10, 200), 1, 'a place that became free is filled');
});

test('lets one more through now and then', () => {
  const intake = create();
  enterMany(intake, 2, 0);
  intake.refused(0, 3000);
  intake.left();
  assert.equal(enterMany(intake, 10, 499), 0);
  assert.equal(enterMany(intake, 10, 500), 1);
  assert.equal(enterMany(intake, 10, 999), 0);
  assert.equal(enterMany(intake, 10, 1000), 1);
});

test('a probe that goes well raises the limit by one', () => {
  const intake = create();
  enterMany(intake, 2, 0);
  intake.refused(0, 3000);
  intake.left();
  assert.equal(enterMany(intake, 10, 500), 1);
  intake.delivered();
  intake.left();
  assert.equal(enterMany(intake, 10, 600), 1);
});

test('never waits for nothing: one is always let in', () => {
  const intake = create();
  intake.enter(0);
  intake.refused(0, 3000);
  intake.left();
  assert.equal(enterMany(intake, 10, 1), 1);
});

test('forgets after Retry-After, and after five seconds at the latest', () => {
  for (const [retryAfterMs, forgottenMs] of [
    [3000, 3000],
    [30_000, 5000],
  ] as const) {
    const intake = create();
    enterMany(intake, 2, 0);
    intake.refused(0, retryAfterMs);
    intake.left();
    assert.equal(enterMany(intake, 10, forgottenMs), 10);
  }
});

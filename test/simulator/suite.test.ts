import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Place } from '../../src/admission/limit/roster.ts';
import { AdaptiveLimit, fixedLimit, type LimitController } from './controller.ts';
import { SCENARIOS } from './scenarios.ts';
import { simulate } from './simulate.ts';
import { REQUIRED, shortcomings } from './suite.ts';

/** Adapts for the first second and never again: right for a while, if at all. */
class FrozenLimit extends AdaptiveLimit {
  override shed(nowMs: number): void {
    if (nowMs < 1000) super.shed(nowMs);
  }

  override completed(latencyMs: number, inFlight: number, nowMs: number, place: Place): void {
    if (nowMs < 1000) super.completed(latencyMs, inFlight, nowMs, place);
  }

  override failed(latencyMs: number, inFlight: number, nowMs: number): void {
    if (nowMs < 1000) super.failed(latencyMs, inFlight, nowMs);
  }

  override cancelled(latencyMs: number, nowMs: number, place: Place): void {
    if (nowMs < 1000) super.cancelled(latencyMs, nowMs, place);
  }
}

test('the adaptive limit reaches all that is required', () => {
  assert.deepEqual([...shortcomings(() => new AdaptiveLimit())], []);
});

/** Learns as it should, but counts everything that is in flight. */
class LimitOfAll extends AdaptiveLimit {
  override sweep(): void {}
}

test('the suite rejects a limit that counts streams and long polls, for each of these', () => {
  const longLived = REQUIRED.filter((key) => SCENARIOS[key].longLived !== undefined);
  assert.equal(longLived.length, 6);
  for (const key of longLived) {
    assert.notDeepEqual([...shortcomings(() => new LimitOfAll(), [key])], [], key);
  }
});

const BAD: Readonly<Record<string, () => LimitController>> = {
  'frozen after its first second': () => new FrozenLimit(),
  'always at the minimum': () => fixedLimit(4),
  'always at the maximum': () => fixedLimit(4096),
  'fixed at 20': () => fixedLimit(20),
  'fixed at 256': () => fixedLimit(256),
};

for (const [name, create] of Object.entries(BAD)) {
  test(`the suite rejects a limit that is ${name}`, () => {
    const found: string[] = [];
    // Two are enough, and most of the time is spent on proving that there is none.
    for (const each of shortcomings(create)) if (found.push(each) === 2) return;
    assert.fail(`only ${found.join('; ')}`);
  });
}

test('the same seed gives the same run, another one another', () => {
  const run = (seed: number): readonly number[] =>
    simulate(SCENARIOS.pool2, new AdaptiveLimit(), seed).limitByBucket;
  assert.deepEqual(run(1), run(1));
  assert.notDeepEqual(run(1), run(2));
});

test('the limit is never dropped in order to learn: it stays above half of what is needed', () => {
  const { limitByBucket } = simulate(SCENARIOS.pool5, new AdaptiveLimit(), 1);
  assert.ok(Math.min(...limitByBucket) >= 10);
});

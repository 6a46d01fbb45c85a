import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asideOptions, nextAside } from './aside.ts';
import { initialLimit } from './limit.ts';
import { resolveLimitOptions } from './options.ts';
import type { LimitSample } from './window.ts';

const options = asideOptions(resolveLimitOptions());
const initial = initialLimit(options);

/** Two seconds in which nothing ended, and there was no room. */
const SILENT: LimitSample = {
  elapsedMs: 2000,
  completed: 0,
  answered: 0,
  steppedAside: 0,
  failed: 0,
  cancelled: 0,
  shed: 10,
  meanInFlight: 120,
  peakInFlight: 128,
  meanLatencyMs: 0,
  latencyError: 0,
};

const after = (sample: Partial<LimitSample>): number =>
  nextAside(initial, { ...SILENT, ...sample }, options).limit;

test('it begins at four times the initial limit, within the bounds', () => {
  assert.equal(initial.limit, 128);
  assert.equal(asideOptions(resolveLimitOptions({ maxLimit: 40 })).initialLimit, 40);
});

test('while it is full and none of them has ended, it doubles', () => {
  assert.equal(after({}), 256);
  assert.equal(after({ shed: 0 }), 128);
});

test('few that end, well or not, change nothing', () => {
  for (const some of [{ completed: 3, meanLatencyMs: 9000 }, { failed: 3 }, { cancelled: 300 }]) {
    assert.equal(after(some), 128, JSON.stringify(some));
  }
});

test('the queue of a slow service becomes no longer than about a minute', () => {
  let state = initial;
  const limits: number[] = [];
  for (let i = 0; i < 100; i += 1) {
    const { limit } = state;
    limits.push(limit);
    // Five a second, whatever is in flight.
    const full = { meanInFlight: limit, peakInFlight: limit, meanLatencyMs: limit * 200 };
    const sample = { ...SILENT, ...full, elapsedMs: 5000, completed: 25, latencyError: 0.05 };
    state = nextAside(state, sample, options);
  }
  assert.ok(Math.max(...limits) * 0.2 < 90, String(limits));
});

test('it rises when throughput follows, as with long polls', () => {
  let state = initial;
  for (let i = 0; i < 6; i += 1) {
    const { limit } = state;
    const full = { meanInFlight: limit, peakInFlight: limit, meanLatencyMs: 25_000 };
    state = nextAside(state, { ...SILENT, ...full, elapsedMs: 5000, completed: limit / 5 }, options);
  }
  assert.ok(state.limit > 500, String(state.limit));
});

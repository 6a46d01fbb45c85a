// How far the limit moves in one window, and what it remembers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LimitState, nextLimit } from './limit.ts';
import { FULL, KNOWN, options } from './full-window.test.ts';
import type { LimitSample } from './window.ts';

const next = (sample: Partial<LimitSample>, state: LimitState = KNOWN): LimitState =>
  nextLimit(state, { ...FULL, ...sample }, options);

test('between baseline and twice the baseline the steps go from a rise by half to a fall by a fifth', () => {
  const limits = [20, 25, 30, 33, 34, 36, 40, 60].map((meanLatencyMs) => next({ meanLatencyMs }).limit);
  assert.deepEqual(limits, [75, 68, 59, 54, 47, 45, 40, 40]);
});

test('at the start the limit doubles only while throughput follows', () => {
  const starting = { ...KNOWN, starting: true };
  assert.equal(next({ meanLatencyMs: 23 }, starting).limit, 100);
  assert.equal(next({ meanLatencyMs: 26 }, starting).limit, 66);
});

test('the start ends with the first fall, not with a rise or a window without change', () => {
  const starting = { ...KNOWN, starting: true };
  assert.equal(next({}, starting).starting, true);
  assert.equal(next({ shed: 0 }, starting).starting, true);
  assert.equal(next({ meanLatencyMs: 60 }, starting).starting, false);
  assert.equal(next({}).starting, false);
  assert.equal(next({ completed: 0, meanLatencyMs: 0 }, starting).starting, false, 'stuck');
});

test('the limit is full from three quarters on average', () => {
  assert.equal(next({ meanLatencyMs: 60, meanInFlight: 37.5 }).limit, 40);
  assert.equal(next({ meanLatencyMs: 60, meanInFlight: 37.4 }).limit, 50);
  assert.equal(next({ meanInFlight: 37.5 }).evidence.length, 1);
  assert.equal(next({ meanInFlight: 37.4 }).evidence.length, 0);
  assert.equal(next({ shed: 0 }).evidence.length, 0, 'nothing was shed');
});

test('more than 1.25 times the limit in flight shows that something else bounds it', () => {
  assert.equal(next({ meanLatencyMs: 60, meanInFlight: 62.5 }).limit, 40);
  assert.equal(next({ meanLatencyMs: 60, meanInFlight: 62.6 }).limit, 50);
});

test('with as many lost as answered it still rises, with more it does not', () => {
  assert.equal(next({ cancelled: 1500, failed: 1000 }).limit, 75);
  assert.equal(next({ cancelled: 1500, failed: 1001 }).limit, 50);
});

test('the baseline rises while nothing waits: throughput follows, or nothing was shed', () => {
  assert.equal(next({ meanLatencyMs: 25 }).baselineMs, 20.5);
  assert.equal(next({ meanLatencyMs: 27 }).baselineMs, 20, 'it may be waiting');
  assert.equal(next({ meanLatencyMs: 30, shed: 0 }).baselineMs, 21);
});

test('twenty latencies are enough to learn a baseline', () => {
  assert.equal(next({ completed: 20, answered: 2480, meanLatencyMs: 10 }).baselineMs, 15);
  assert.equal(next({ completed: 19, answered: 2481, meanLatencyMs: 10 }).baselineMs, 20);
});

test('a baseline falls when full windows show that throughput does not follow as it promises', () => {
  let state: LimitState = { ...KNOWN, baselineMs: 300 };
  for (const inFlight of [50, 60, 50, 60, 50, 60]) {
    const sample = { completed: 200, meanInFlight: inFlight, peakInFlight: inFlight, meanLatencyMs: 300 };
    state = next(sample, { ...state, limit: inFlight });
  }
  assert.ok(state.baselineMs < 300, String(state.baselineMs));
});

test('throughput is measured by the second: a longer window at the same pace is no change', () => {
  const once = { ...next({}), limit: 50 };
  assert.equal(next({ elapsedMs: 4000, completed: 10_000 }, once).evidence.length, 2);
  assert.equal(next({ elapsedMs: 4000, completed: 2500 }, once).evidence.length, 1, 'capacity has changed');
});

test('a stuck server is noticed although no request was admitted in the window', () => {
  assert.equal(next({ completed: 0, meanLatencyMs: 0, meanInFlight: 0, peakInFlight: 0 }).limit, 25);
});

test('a few answers of any kind show that the server does not stand still', () => {
  assert.equal(next({ completed: 5, answered: 5, steppedAside: 40 }).limit, 100);
  const highest = { ...KNOWN, limit: 400 };
  assert.equal(next({ completed: 2, steppedAside: 40 }, highest), highest, 'eight times the initial limit');
});

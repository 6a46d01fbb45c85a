import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ADMIT_ALL, adaptRefusal, type RefusalSample, type RefusalState } from './refusal.ts';

const CALM: RefusalSample = {
  offered: 50,
  passed: 50,
  guaranteed: 0,
  shedByGates: 0,
  completed: 50,
  pressure: 0,
  maxShare: 1,
  elapsedMs: 100,
};

const after = (state: RefusalState, ...samples: readonly RefusalSample[]): RefusalState =>
  samples.reduce(adaptRefusal, state);

test('whatever is measured, the share is from 0 to 0.99', () => {
  const count = fc.nat(100_000);
  const sample = fc.record({
    offered: count,
    passed: count,
    guaranteed: count,
    shedByGates: count,
    completed: count,
    pressure: fc.double({ min: 0, max: 1, noNaN: true }),
    maxShare: fc.double({ min: 0, max: 1, noNaN: true }),
    elapsedMs: fc.double({ min: 1, max: 1e6, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 50 }), (samples) => {
      const state = after(ADMIT_ALL, ...samples);
      assert.ok(state.share >= 0 && state.share <= 0.99);
      assert.ok(state.admissiblePerSecond >= 0);
    }),
  );
});

test('a busy server that is not pressed has nothing refused, however much comes', () => {
  let state = ADMIT_ALL;
  for (const offered of [1, 10, 100, 1000, 10_000]) {
    state = after(state, { ...CALM, offered, passed: offered, pressure: 0.5 });
    assert.equal(state.share, 0);
  }
});

test('what the gates shed is refused beforehand within three intervals', () => {
  const flood = { ...CALM, offered: 250, passed: 250, shedByGates: 200 };
  const state = after(ADMIT_ALL, ...Array.from({ length: 20 }, () => CALM), flood, flood, flood);
  assert.ok(state.share > 0.65 && state.share < 0.81, `${state.share}`);
});

test('refusing comes faster than it goes', () => {
  const flood = { ...CALM, offered: 250, passed: 250, shedByGates: 200 };
  const high = after(ADMIT_ALL, ...Array.from({ length: 10 }, () => flood));
  const quiet = { ...CALM, offered: 250 };
  assert.ok(after(high, quiet, quiet, quiet).share > high.share - 0.02);
});

test('a limit that nobody comes near is forgotten, so that it does not meet the next who come', () => {
  const flood = { ...CALM, offered: 250, passed: 250, shedByGates: 200 };
  const calm = { ...CALM, offered: 10, passed: 10, completed: 10 };
  const limited = after(ADMIT_ALL, flood, flood);
  assert.notEqual(limited.admissiblePerSecond, Infinity);
  assert.equal(after(limited, ...Array.from({ length: 10 }, () => calm)).admissiblePerSecond, Infinity);
});

test('pressure that refusing does not relieve leaves 1 %, and is over 3 s after the pressure', () => {
  let state = ADMIT_ALL;
  const interval = (pressure: number): void => {
    const passed = 1000 * (1 - state.share);
    state = after(state, { ...CALM, offered: 1000, passed, completed: passed, pressure });
  };
  for (let i = 0; i < 1000; i += 1) interval(1);
  assert.equal(state.share, 0.99);
  for (let i = 0; i < 30; i += 1) interval(0);
  assert.equal(state.share, 0);
});

test('some pressure that stays does not keep a limit once nothing is refused any more', () => {
  const flood = { ...CALM, offered: 250, passed: 250, shedByGates: 200 };
  const calm = { ...CALM, pressure: 0.3 };
  const limited = after(ADMIT_ALL, flood, flood);
  assert.equal(after(limited, ...Array.from({ length: 20 }, () => calm)).admissiblePerSecond, Infinity);
});

test('gates that shed only the class at the threshold are given a little more than they let through', () => {
  const shedding = { ...CALM, offered: 250, passed: 70, shedByGates: 20 };
  const state = after(ADMIT_ALL, ...Array.from({ length: 20 }, () => shedding));
  const benign = after(
    ADMIT_ALL,
    ...Array.from({ length: 20 }, () => ({ ...shedding, shedOfBetterClasses: 0 })),
  );
  assert.ok(Math.abs(state.admissiblePerSecond - 500) < 1);
  assert.ok(Math.abs(benign.admissiblePerSecond - 600) < 1);
});

test('one burst on a server with little to do has next to nothing refused', () => {
  const calm = { ...CALM, offered: 5, passed: 5, completed: 5 };
  const burst = { ...calm, offered: 6, passed: 6, shedByGates: 1, completed: 2, pressure: 0.6 };
  let state = after(ADMIT_ALL, ...Array.from({ length: 20 }, () => calm), burst);
  for (let i = 0; i < 10; i += 1) {
    assert.ok(state.share < 0.1, `${state.share}`);
    state = after(state, calm);
  }
  assert.equal(state.share, 0);
});

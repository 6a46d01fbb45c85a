import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { initialLimit, type LimitState, nextLimit } from './limit.ts';
import { resolveLimitOptions } from './options.ts';
import { FULL, KNOWN, options } from './full-window.test.ts';
import type { LimitSample } from './window.ts';
import { histories } from '../../../test/harness/histories.ts';

const after = (sample: Partial<LimitSample>, state: LimitState = KNOWN): number =>
  nextLimit(state, { ...FULL, ...sample }, options).limit;

test('a limit that binds without anybody waiting rises', () => {
  assert.equal(after({}), 75);
});

test('at the start it doubles, until it has fallen once', () => {
  const started = initialLimit(options);
  const once = nextLimit(started, FULL, options);
  assert.equal(once.limit, 100);
  const late = { ...FULL, meanInFlight: 98, peakInFlight: 100, meanLatencyMs: 200 };
  const fallen = nextLimit(once, late, options);
  assert.ok(fallen.limit < 100);
  assert.equal(fallen.starting, false);
});

test('a limit that does not bind does not rise', () => {
  assert.equal(after({ shed: 0 }), 50);
});

test('a full limit with latency above the baseline falls', () => {
  assert.equal(after({ meanLatencyMs: 60 }), 40);
});

test('latency above the target makes it fall faster, by half at most', () => {
  assert.equal(after({ meanLatencyMs: 800 }), 31);
  assert.equal(after({ meanLatencyMs: 8000 }), 25);
});

test('at the minimum it rises a little, since a limit that stands still learns nothing', () => {
  const least = { ...KNOWN, limit: options.minLimit };
  const full = { meanInFlight: 4, peakInFlight: 4, completed: 100 };
  assert.equal(after({ ...full, meanLatencyMs: 60 }, least), options.minLimit + 1);
  assert.equal(after({ ...full, meanLatencyMs: 60, meanInFlight: 2 }, least), options.minLimit);
});

test('a limit that sheds but is not full on average does not fall', () => {
  assert.equal(after({ meanLatencyMs: 60, meanInFlight: 20 }), 50);
});

test('throughput that follows has the last word against latency', () => {
  let state = KNOWN;
  for (const inFlight of [50, 45, 40, 36, 32]) {
    // A dependency that has become ten times slower, but has room: in flight / 200 ms.
    state = nextLimit(
      { ...state, limit: inFlight },
      {
        ...FULL,
        completed: inFlight * 5,
        meanInFlight: inFlight,
        peakInFlight: inFlight,
        meanLatencyMs: 200,
      },
      options,
    );
  }
  assert.ok(state.limit > 32, String(state.limit));
});

test('throughput that does not follow has the last word against a baseline that is too high', () => {
  let state: LimitState = { ...KNOWN, baselineMs: 1000 };
  for (const inFlight of [50, 60, 50, 60, 50, 60]) {
    state = nextLimit(
      { ...state, limit: inFlight },
      { ...FULL, completed: 1000, meanInFlight: inFlight, peakInFlight: inFlight, meanLatencyMs: inFlight },
      options,
    );
  }
  assert.ok(state.limit < 60, String(state.limit));
});

test('few samples change nothing', () => {
  assert.equal(nextLimit(KNOWN, { ...FULL, completed: 19, meanLatencyMs: 900 }, options), KNOWN);
  assert.equal(nextLimit(KNOWN, { ...FULL, completed: 0, shed: 0, meanLatencyMs: 0 }, options), KNOWN);
});

test('when requests are shed and nobody gets an answer it halves', () => {
  assert.equal(after({ completed: 0, meanLatencyMs: 0 }), 25);
  assert.equal(after({ completed: 10, cancelled: 200 }), 25);
});

test('requests whose answers are on their way count as throughput, and as no latency', () => {
  assert.equal(after({ completed: 0, answered: 2500, meanLatencyMs: 0 }), after({}));
  const { baselineMs } = nextLimit(
    KNOWN,
    { ...FULL, completed: 5, answered: 2500, meanLatencyMs: 1 },
    options,
  );
  assert.equal(baselineMs, 20);
});

test('when most that held a place stepped aside it doubles, up to eight times the initial limit', () => {
  const aside = { completed: 2, steppedAside: 40 };
  assert.equal(after(aside), 100);
  assert.equal(after(aside, { ...KNOWN, limit: 300 }), 400);
  assert.equal(after(aside, { ...KNOWN, limit: 500 }), 500, 'it is not lowered to that');
  assert.equal(after({ ...aside, completed: 19 }), 100);
  assert.equal(after({ completed: 19, steppedAside: 19 }), 50);
  assert.equal(after({ ...aside, shed: 0 }), 50);
});

test('a server that answered before and answers nobody now may stand still: the limit stays', () => {
  const silence = { completed: 0, steppedAside: 40, meanLatencyMs: 0 };
  assert.equal(after(silence), 50);
  assert.equal(after(silence, initialLimit(options)), 100, 'one that never answered has long polls only');
});

test('it does not fall because of more in flight than it lets in, as in a dry run', () => {
  const flooded = { meanInFlight: 400, peakInFlight: 600, meanLatencyMs: 900 };
  assert.equal(after(flooded), 50);
  assert.equal(after({ ...flooded, completed: 0, cancelled: 100 }), 50);
  assert.ok(after({ ...flooded, meanLatencyMs: 20 }) > 50, 'it rises when nobody waits');
  assert.equal(after({ meanInFlight: 51, meanLatencyMs: 900 }), after({ meanLatencyMs: 900 }));
});

test('failures alone change nothing, and many of them do not let it rise', () => {
  assert.equal(after({ completed: 0, failed: 5000, meanLatencyMs: 0 }), 50);
  assert.equal(after({ completed: 2500, failed: 5000 }), 50);
});

test('cancelled requests change nothing, except that with very many it does not rise', () => {
  assert.equal(after({ cancelled: 2000 }), after({}));
  assert.equal(after({ cancelled: 3000 }), 50);
  assert.equal(after({ cancelled: 3000, meanLatencyMs: 60 }), after({ meanLatencyMs: 60 }));
});

test('room that is not used is taken back, not below the initial limit', () => {
  const large = { ...KNOWN, limit: 400 };
  assert.equal(after({ shed: 0, peakInFlight: 20, meanInFlight: 10 }, large), 380);
  assert.equal(after({ shed: 0, peakInFlight: 20, meanInFlight: 10 }, { ...KNOWN, limit: 101 }), 96);
  assert.equal(after({ shed: 0, peakInFlight: 1, meanInFlight: 1 }), 50);
});

const anything: fc.Arbitrary<number> = fc.oneof(
  fc.double(),
  fc.integer({ min: -10, max: 100_000 }),
  fc.double({ min: 0, max: 1000, noNaN: true }),
  fc.constantFrom(0, -1, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE),
);

const plausible: fc.Arbitrary<number> = fc.integer({ min: 0, max: 10_000 });

function sampleOf(value: fc.Arbitrary<number>): fc.Arbitrary<LimitSample> {
  return fc.record({
    elapsedMs: value,
    completed: value,
    answered: value,
    steppedAside: value,
    failed: value,
    cancelled: value,
    shed: value,
    meanInFlight: value,
    peakInFlight: value,
    meanLatencyMs: value,
    latencyError: value,
  });
}

test('whatever it is told, the limit is a whole number within its bounds, and so is the next one', () => {
  const samples = fc.array(fc.oneof(sampleOf(anything), sampleOf(plausible)), { maxLength: 60 });
  const bounds = fc.record({
    minLimit: fc.integer({ min: 1, max: 50 }),
    maxLimit: fc.integer({ min: 50, max: 5000 }),
  });
  fc.assert(
    fc.property(bounds, samples, ({ minLimit, maxLimit }, told) => {
      const resolved = resolveLimitOptions({ minLimit, maxLimit });
      let state = initialLimit(resolved);
      for (const sample of told) {
        state = nextLimit(state, sample, resolved);
        assert.ok(Number.isInteger(state.limit), String(state.limit));
        assert.ok(state.limit >= minLimit && state.limit <= maxLimit, String(state.limit));
        assert.ok(state.baselineMs > 0, String(state.baselineMs));
      }
    }),
    { numRuns: histories(500) },
  );
});

test('garbage leaves no trace', () => {
  for (const wrong of [Number.NaN, -1, Infinity]) {
    for (const key of Object.keys(FULL)) {
      assert.equal(nextLimit(KNOWN, { ...FULL, [key]: wrong }, options), KNOWN, `${key} ${wrong}`);
    }
  }
});

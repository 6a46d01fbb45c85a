import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CostEstimates } from './estimates.ts';
import { BACKGROUND } from './keys.ts';

const [CHEAP, COSTLY] = [2, 3];
const KEYS = 4;

/** One key's requests, of equal cost, at a steady pace. */
interface Stream {
  readonly key: number;
  readonly everyMs: number;
  readonly lastsMs: number;
  readonly cpuMs: number;
}

/** Requests use their CPU time evenly while they are in flight; sampled every 100 ms. */
function observe(cores: number, seconds: number, streams: readonly Stream[]): CostEstimates {
  const estimates = new CostEstimates(cores, 0, 0);
  let cpuMs = 0;
  const endings = new Map<number, Stream[]>();
  const inFlight = new Map<Stream, number>();
  for (let nowMs = 1; nowMs <= seconds * 1000; nowMs += 1) {
    for (const stream of endings.get(nowMs) ?? []) {
      estimates.ended(stream.key, nowMs - stream.lastsMs, nowMs);
      inFlight.set(stream, (inFlight.get(stream) ?? 0) - 1);
    }
    for (const stream of streams) {
      if (nowMs % stream.everyMs !== 0) continue;
      estimates.began(stream.key, nowMs);
      inFlight.set(stream, (inFlight.get(stream) ?? 0) + 1);
      const endMs = nowMs + stream.lastsMs;
      endings.set(endMs, [...(endings.get(endMs) ?? []), stream]);
    }
    for (const [{ cpuMs: each, lastsMs }, count] of inFlight) cpuMs += (count * each) / lastsMs;
    if (nowMs % 100 === 0) estimates.sample(KEYS, nowMs, cpuMs);
  }
  return estimates;
}

test('tells routes apart that are in flight together', () => {
  const estimates = observe(1, 60, [
    { key: CHEAP, everyMs: 20, lastsMs: 5, cpuMs: 2 },
    { key: COSTLY, everyMs: 470, lastsMs: 120, cpuMs: 80 },
  ]);
  assert.ok(Math.abs(estimates.cpuMsOf(CHEAP) - 2) < 0.8, `${estimates.cpuMsOf(CHEAP)}`);
  assert.ok(Math.abs(estimates.cpuMsOf(COSTLY) - 80) < 12, `${estimates.cpuMsOf(COSTLY)}`);
  assert.ok(Math.abs(estimates.coresOf(COSTLY) - 80 / 120) < 0.15, `${estimates.coresOf(COSTLY)}`);
});

test('requests that only wait cost next to nothing, however long they are in flight', () => {
  const estimates = observe(1, 60, [
    { key: CHEAP, everyMs: 100, lastsMs: 9000, cpuMs: 1 },
    { key: COSTLY, everyMs: 470, lastsMs: 120, cpuMs: 80 },
  ]);
  assert.ok(estimates.cpuMsOf(CHEAP) < 6, `${estimates.cpuMsOf(CHEAP)}`);
  assert.ok(estimates.coresOf(CHEAP) < 0.01);
});

test('while the processor is full it is not known what a request would use alone: a whole core is assumed', () => {
  const estimates = new CostEstimates(1, 0, 0);
  for (let i = 0; i < 4; i += 1) estimates.began(COSTLY, 0);
  for (let nowMs = 100; nowMs <= 1000; nowMs += 100) estimates.sample(KEYS, nowMs, nowMs);
  assert.equal(estimates.coresOf(COSTLY), 1);
  assert.ok(estimates.cpuMsOf(COSTLY) > 200);
});

test('what is known of the first requests while they are still in flight is too little, never too much', () => {
  const estimates = observe(4, 1, [{ key: COSTLY, everyMs: 20, lastsMs: 100_000, cpuMs: 4000 }]);
  assert.ok(estimates.cpuMsOf(COSTLY) < 4000);
});

test('a key forgets what it has learned when its requests change', () => {
  const estimates = new CostEstimates(1, 0, 0);
  let cpuMs = 0;
  let nowMs = 0;
  const learn = (eachMs: number): void => {
    for (const endMs = nowMs + 100_000; nowMs < endMs; nowMs += 100) {
      estimates.began(COSTLY, nowMs);
      estimates.ended(COSTLY, nowMs, nowMs + 100);
      cpuMs += eachMs;
      estimates.sample(KEYS, nowMs + 100, cpuMs);
    }
  };
  learn(50);
  assert.ok(Math.abs(estimates.cpuMsOf(COSTLY) - 50) < 5, `${estimates.cpuMsOf(COSTLY)}`);
  learn(5);
  assert.ok(Math.abs(estimates.cpuMsOf(COSTLY) - 5) < 2, `${estimates.cpuMsOf(COSTLY)}`);
});

test('a request that turns out to be of another key is none of this one', () => {
  const estimates = new CostEstimates(1, 0, 0);
  estimates.began(CHEAP, 10);
  estimates.withdrawn(CHEAP, 10);
  estimates.sample(KEYS, 100, 50);
  assert.equal(estimates.totalCpuMs[CHEAP], 0);
});

test('every millisecond of CPU time is given to exactly one key, whatever happens, also when clocks stand still or go back', () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('begin' as const), key: fc.integer({ min: 1, max: KEYS - 1 }) }),
    fc.record({ does: fc.constant('end' as const), index: fc.nat(100) }),
    fc.record({
      does: fc.constant('sample' as const),
      afterMs: fc.integer({ min: 0, max: 5000 }),
      cpuMs: fc.integer({ min: -10, max: 5000 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const estimates = new CostEstimates(2, 0, 0);
      const inFlight: { readonly key: number; readonly arrivedMs: number }[] = [];
      let nowMs = 0;
      let cpuMs = 0;
      let usedMs = 0;
      for (const each of steps) {
        if (each.does === 'begin') {
          estimates.began(each.key, nowMs);
          inFlight.push({ key: each.key, arrivedMs: nowMs });
        } else if (each.does === 'end') {
          const [ended] = inFlight.splice(each.index % Math.max(1, inFlight.length), 1);
          if (ended !== undefined) estimates.ended(ended.key, ended.arrivedMs, nowMs);
        } else {
          nowMs += each.afterMs;
          const before = cpuMs;
          if (each.afterMs > 0) cpuMs += each.cpuMs;
          usedMs += Math.max(0, cpuMs - before);
          estimates.sample(KEYS, nowMs, cpuMs);
        }
      }
      const given = estimates.totalCpuMs.reduce((sum, each) => sum + each, 0);
      assert.ok(Math.abs(given - usedMs) < 1e-6 * Math.max(1, usedMs), `${given} of ${usedMs}`);
      for (let key = BACKGROUND; key < KEYS; key += 1) {
        assert.ok(estimates.cpuMsOf(key) >= 0 && Number.isFinite(estimates.cpuMsOf(key)));
        assert.ok(estimates.coresOf(key) >= 0 && estimates.coresOf(key) <= 1);
      }
    }),
  );
});

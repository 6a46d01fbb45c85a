import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from '../result/histogram.ts';
import { Engine } from './engine.ts';
import type { Ending, Exchange } from './exchange.ts';
import { Schedule } from './schedule.ts';
import { countsOf, figuresOf, PLAN, REFUSED, SERVED, type Server, simulate } from './simulation.test.ts';
import { Tally } from './tally.ts';

test('a server that stops for three seconds is seen by all who come meanwhile', () => {
  const tally = simulate({ ...PLAN, timeoutMs: 10_000 }, (nowMs) => [
    nowMs >= 2000 && nowMs < 5000 ? 5000 : nowMs + 1,
    SERVED,
  ]);
  // 30 % of all requests, with waits from 0 to 3 s alike: p90 lies two thirds up.
  const { p90Ms, maxMs } = figuresOf(tally);
  assert.ok(Math.abs(p90Ms - 2000) < 200, `p90 ${p90Ms} ms`);
  assert.ok(maxMs > 2900 && maxMs <= 3000, `${maxMs} ms`);
});

test('clients obey Retry-After or ignore it, at most three times, and not beyond the end of the run', () => {
  const sentMs: number[] = [];
  const refuseAll: Server = (nowMs) => {
    sentMs.push(nowMs);
    return [nowMs + 1, REFUSED];
  };
  const obeyed = simulate({ ...PLAN, obeyShare: 1 }, refuseAll);
  const { repeats } = obeyed.state();
  const { offered, refused } = countsOf(obeyed);
  assert.equal(refused, offered);
  // After 1 s each, so those of the last three seconds are repeated less often.
  assert.ok(Math.abs(repeats / offered - (3 * 7 + 2 + 1) / 10) < 0.15, `${repeats} of ${offered}`);
  assert.equal(sentMs.length, offered + repeats);
  assert.ok(Math.max(...sentMs) <= 10_000);
  const ignored = simulate({ ...PLAN, ignoreShare: 1 }, (nowMs) => [nowMs + 1, REFUSED]);
  assert.ok(ignored.repeats > 2.9 * countsOf(ignored).offered);
  const withoutHeader = simulate({ ...PLAN, obeyShare: 1 }, (nowMs) => [
    nowMs + 1,
    { ...REFUSED, retryAfter: undefined },
  ]);
  assert.equal(withoutHeader.state().repeats, 0);
});

test('a request that is served at the second attempt counts from its first', () => {
  const tally = simulate({ ...PLAN, obeyShare: 1, deadlineMs: 500 }, (nowMs, { repeats }) => [
    nowMs + 10,
    repeats === 0 ? REFUSED : SERVED,
  ]);
  const { offered, good, late, refused } = countsOf(tally);
  assert.equal(good, 0);
  assert.equal(late + refused, offered);
  const { p50Ms } = figuresOf(tally);
  assert.ok(Math.abs(p50Ms - 1020) < 10, `${p50Ms} ms`);
  assert.ok(tally.state().refusalLatency.maxMs < 11);
});

test('property: every request ends once, whatever the server does', () => {
  const outcome = fc.oneof(
    fc.constant(undefined),
    fc.tuple(
      fc.integer({ min: 0, max: 400 }),
      fc.constantFrom<Ending>(
        SERVED,
        REFUSED,
        { ...REFUSED, status: 429, retryAfter: '0', reason: undefined },
        { ...SERVED, status: 500 },
        { ...SERVED, status: 0, error: 'ECONNRESET' },
        { ...SERVED, status: 0, reason: 'REFUSED_STREAM' },
      ),
    ),
  );
  const plans = fc.record({
    connections: fc.integer({ min: 1, max: 20 }),
    timeoutMs: fc.integer({ min: 1, max: 300 }),
    obeyShare: fc.constantFrom(0, 0.4),
    ignoreShare: fc.constantFrom(0, 0.6),
    seed: fc.integer({ min: 0, max: 1000 }),
    from: fc.integer({ min: 0, max: 300 }),
    to: fc.integer({ min: 1, max: 300 }),
  });
  fc.assert(
    fc.property(plans, fc.array(outcome, { minLength: 1, maxLength: 20 }), (given, outcomes) => {
      const { from, to, ...rest } = given;
      const plan = { ...PLAN, ...rest, segments: [{ durationMs: 2500, from, to }] };
      let turn = 0;
      let sent = 0;
      const tally = simulate(plan, (nowMs) => {
        const next = outcomes[turn % outcomes.length];
        turn += 1;
        sent += 1;
        return next === undefined ? undefined : [nowMs + next[0], next[1]];
      });
      const { refusedBy, repeats, failedBy } = tally.state();
      const sum = (map: ReadonlyMap<string, number>): number => [...map.values()].reduce((a, b) => a + b, 0);
      const { offered, good, late, refused, failed } = countsOf(tally);
      assert.equal(good + late + refused + failed, offered);
      assert.equal(sum(refusedBy), refused + repeats);
      assert.equal(sum(failedBy), failed);
      // Those that gave up while they waited for a connection were never sent.
      assert.ok(sent <= offered + repeats);
      const seconds = tally.takeSeconds(Infinity);
      assert.equal(
        seconds.reduce((all, each) => all + each.offered, 0),
        offered,
      );
      assert.deepEqual(tally.takeSeconds(Infinity), []);
    }),
  );
});

test('what is due while a burst of responses is handled does not wait for the end of the burst', () => {
  const plan = { ...PLAN, segments: [{ durationMs: 1000, from: 5000, to: 5000 }] };
  const tally = new Tally(plan);
  const sent: Exchange[] = [];
  let nowMs = 0;
  const engine = new Engine(
    plan,
    new Schedule(plan),
    tally,
    () => nowMs,
    () => ({
      stats: { connectionsOpened: 0, bytesReceived: 0, cutOff: 0 },
      open: async () => {},
      close: () => {},
      abandon: () => {},
      send: (exchange) => sent.push(exchange) > 0,
    }),
  );
  for (; !engine.isFinished; nowMs += 0.01) {
    engine.turn();
    if (sent.length < 100 && nowMs < 1000) continue;
    // All of them in one iteration of the event loop, 0.05 ms each.
    for (const exchange of sent.splice(0)) {
      nowMs += 0.05;
      engine.ended(exchange, SERVED);
      engine.hasRoom();
    }
  }
  const lag = new Histogram();
  lag.add(tally.state().lag);
  const { p99Ms, maxMs } = lag.figures();
  assert.ok(p99Ms <= 0.06 && maxMs <= 0.1, `p99 ${p99Ms} ms, at most ${maxMs} ms`);
});

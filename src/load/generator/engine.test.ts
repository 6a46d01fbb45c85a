// The engine in simulated time, against servers whose behaviour is known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from '../result/histogram.ts';
import { Engine } from './engine.ts';
import type { Ending, Exchange } from './exchange.ts';
import type { Plan } from './plan.ts';
import { Schedule } from './schedule.ts';
import { type Counts, Tally } from './tally.ts';
import type { Transport, TransportEvents } from './transport.ts';

const PLAN: Plan = {
  target: {
    isSecure: false,
    address: '127.0.0.1',
    port: 1,
    hostname: '127.0.0.1',
    authority: '127.0.0.1:1',
    insecure: false,
  },
  segments: [{ durationMs: 10_000, from: 100, to: 100 }],
  kinds: [{ name: 'GET /', weight: 1, method: 'GET', path: '/', headers: {}, body: undefined }],
  protocol: 'http/1.1',
  connections: 100,
  newConnections: false,
  slowShare: 0,
  slowBytesPerSecond: 0,
  obeyShare: 0,
  ignoreShare: 0,
  deadlineMs: 1000,
  timeoutMs: 5000,
  seed: 1,
};

const SERVED: Ending = { status: 200, reason: undefined, retryAfter: undefined, error: undefined };
const REFUSED: Ending = { ...SERVED, status: 503, reason: 'turn', retryAfter: '1' };

/** When the attempt ends, and how; undefined when it never does. */
type Server = (nowMs: number, exchange: Exchange) => readonly [endMs: number, ending: Ending] | undefined;

interface Sent {
  readonly exchange: Exchange;
  readonly endMs: number;
  readonly ending: Ending;
}

/** A transport without sockets: a place for each connection, and a server that is a function. */
class FakeTransport implements Transport {
  readonly stats = { connectionsOpened: 0, bytesReceived: 0, cutOff: 0 };
  readonly underWay = new Set<Sent>();
  readonly #events: TransportEvents;
  readonly #server: Server;
  readonly #connections: number;
  readonly #now: () => number;

  constructor(events: TransportEvents, server: Server, connections: number, now: () => number) {
    this.#events = events;
    this.#server = server;
    this.#connections = connections;
    this.#now = now;
  }

  async open(): Promise<void> {}

  close(): void {}

  send(exchange: Exchange): boolean {
    if (this.underWay.size >= this.#connections) return false;
    const [endMs, ending] = this.#server(this.#now(), exchange) ?? [Infinity, SERVED];
    this.underWay.add({ exchange, endMs, ending });
    return true;
  }

  abandon(exchange: Exchange): void {
    for (const sent of this.underWay) if (sent.exchange === exchange) this.underWay.delete(sent);
    this.#events.hasRoom();
  }

  get first(): Sent | undefined {
    let first: Sent | undefined;
    for (const sent of this.underWay) if (sent.endMs < (first?.endMs ?? Infinity)) first = sent;
    return first;
  }

  finish(sent: Sent): void {
    this.underWay.delete(sent);
    this.#events.ended(sent.exchange, sent.ending);
    this.#events.hasRoom();
  }
}

/** Runs it to its end, from one event to the next. */
function simulate(plan: Plan, server: Server, parts: number = 1, part: number = 0): Tally {
  let nowMs = 0;
  const tally = new Tally(plan);
  const now = (): number => nowMs;
  let transport: FakeTransport | undefined;
  const engine = new Engine(plan, new Schedule(plan, part, parts), tally, now, (events) => {
    transport = new FakeTransport(events, server, plan.connections, now);
    return transport;
  });
  for (let nextMs = engine.turn(); !engine.isFinished;) {
    const first = transport?.first;
    assert.ok(nextMs < Infinity || first !== undefined, 'nothing will ever happen');
    if (first !== undefined && first.endMs <= nextMs) {
      nowMs = Math.max(nowMs, first.endMs);
      transport?.finish(first);
    } else {
      nowMs = Math.max(nowMs, nextMs);
    }
    nextMs = engine.turn();
  }
  assert.equal(transport?.underWay.size, 0);
  return tally;
}

function countsOf(tally: Tally): Counts {
  const [counts] = tally.state().kinds;
  assert.ok(counts);
  return counts;
}

function figuresOf(tally: Tally): ReturnType<Histogram['figures']> {
  const all = new Histogram();
  for (const { latency } of tally.state().kinds) all.add(latency);
  return all.figures();
}

/** One server, each request takes `serviceMs`, first come first served. */
function singleServer(serviceMs: number): Server {
  let freeMs = 0;
  return (nowMs) => {
    freeMs = Math.max(freeMs, nowMs) + serviceMs;
    return [freeMs, SERVED];
  };
}

/** P(wait ≤ t) of M/D/1 (Erlang 1909; Franx 2001): time in units of the service time, ρ the utilization. */
function waitBelow(t: number, rho: number): number {
  let sum = 0;
  for (let k = 0; k <= Math.floor(t); k += 1) {
    let term = Math.exp(rho * (t - k));
    for (let i = 1; i <= k; i += 1) term *= (-rho * (t - k)) / i;
    sum += term;
  }
  return (1 - rho) * sum;
}

function waitQuantile(share: number, rho: number): number {
  let [low, high] = [0, 30];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (waitBelow(middle, rho) < share) low = middle;
    else high = middle;
  }
  return high;
}

test('M/D/1: mean and p99 are those of the formula, within 2 %', () => {
  const serviceMs = 2;
  for (const rho of [0.5, 0.7]) {
    const rate = (1000 * rho) / serviceMs;
    const plan = {
      ...PLAN,
      segments: [{ durationMs: 1_500_000, from: rate, to: rate }],
      connections: 10_000,
    };
    const { count, meanMs, p99Ms } = figuresOf(simulate(plan, singleServer(serviceMs)));
    assert.ok(Math.abs(count / (1500 * rate) - 1) < 0.01, `${count} requests`);
    const mean = serviceMs * (1 + rho / (2 * (1 - rho)));
    const p99 = serviceMs * (1 + waitQuantile(0.99, rho));
    assert.ok(Math.abs(meanMs / mean - 1) < 0.02, `utilization ${rho}: mean ${meanMs} ms instead of ${mean}`);
    assert.ok(Math.abs(p99Ms / p99 - 1) < 0.02, `utilization ${rho}: p99 ${p99Ms} ms instead of ${p99}`);
  }
});

test('the wait for a connection counts: one connection is a server of its own', () => {
  const [serviceMs, rho] = [2, 0.7];
  const rate = (1000 * rho) / serviceMs;
  const plan = { ...PLAN, segments: [{ durationMs: 300_000, from: rate, to: rate }], connections: 1 };
  const tally = simulate(plan, (nowMs) => [nowMs + serviceMs, SERVED]);
  const mean = serviceMs * (1 + rho / (2 * (1 - rho)));
  const { meanMs } = figuresOf(tally);
  assert.ok(Math.abs(meanMs / mean - 1) < 0.04, `${meanMs} ms instead of ${mean}`);
  assert.ok(tally.waitedForConnection > 0);
});

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

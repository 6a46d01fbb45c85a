// Waiting times that a formula gives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOf, PLAN, SERVED, type Server, simulate } from './simulation.test.ts';

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

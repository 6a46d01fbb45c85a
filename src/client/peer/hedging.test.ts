import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hedging } from './hedging.ts';
import { Latency } from './latency.ts';

/** Numbers from 0 to 1 without a pattern that a test could fall for (a linear congruential generator). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

interface Outcome {
  readonly p99Ms: number;
  readonly p99AloneMs: number;
  readonly extra: number;
}

/** 200 calls a second, for a time and with latencies that depend on it; what counts is what comes after `fromMs`. */
function run(
  untilMs: number,
  fromMs: number,
  latencyMs: (nowMs: number, random: () => number) => number,
): Outcome {
  const hedging = new Hedging({ after: 0.98, budget: 0.02 }, 0);
  const random = numbers(7);
  const [all, alone]: [number[], number[]] = [[], []];
  let hedges = 0;
  for (let nowMs = 0; nowMs < untilMs; nowMs += 5) {
    const firstMs = latencyMs(nowMs, random);
    const afterMs = hedging.afterMs(nowMs) ?? Infinity;
    let tookMs = firstMs;
    if (firstMs > afterMs && hedging.take(nowMs)) {
      if (nowMs >= fromMs) hedges += 1;
      tookMs = Math.min(firstMs, afterMs + latencyMs(nowMs, random));
      // The attempt that loses is aborted, and says nothing.
      hedging.succeeded(tookMs === firstMs ? firstMs : tookMs - afterMs, nowMs);
    } else hedging.succeeded(firstMs, nowMs);
    if (nowMs < fromMs) continue;
    all.push(tookMs);
    alone.push(firstMs);
  }
  const p99 = (values: number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
  return { p99Ms: p99(all), p99AloneMs: p99(alone), extra: hedges / all.length };
}

test('with a little over 1 % stragglers that take 20 times as long, p99 is halved for 2 % more attempts', () => {
  const usual = (random: () => number): number => 15 + 10 * random();
  const { p99Ms, p99AloneMs, extra } = run(120_000, 10_000, (_nowMs, random) =>
    random() < 0.011 ? 20 * usual(random) : usual(random),
  );
  assert.ok(p99Ms <= 0.5 * p99AloneMs, `p99 ${p99Ms} ms, alone ${p99AloneMs} ms`);
  assert.ok(extra <= 0.02, `${extra}`);
});

test('when everything becomes slow there are no second attempts to speak of', () => {
  const { extra } = run(
    80_000,
    40_000,
    (nowMs, random) => (nowMs < 40_000 ? 20 : 400) * (0.9 + 0.2 * random()),
  );
  assert.ok(extra <= 0.002, `${extra}`);
});

test('a quantile is known after a hundred responses, to a tenth, and forgotten after a minute without any', () => {
  const latency = new Latency(0.95);
  for (let i = 1; i < 100; i += 1) latency.add(i, 0);
  assert.equal(latency.quantileMs(0), undefined);
  latency.add(100, 0);
  const found = latency.quantileMs(1000) ?? 0;
  assert.ok(found >= 95 && found <= 105, `${found}`);
  assert.equal(latency.quantileMs(61_000), undefined);
});

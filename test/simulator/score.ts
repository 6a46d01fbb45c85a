import { fixedLimit, type LimitController } from './controller.ts';
import { BUCKET_MS, type Outcome, type Scenario, simulate } from './simulate.ts';

export interface Score {
  /** Responses in time, as a share of what no controller could surpass. */
  readonly share: number;
  /** Of the requests that were served, in time or not. */
  readonly p99Ms: number;
  readonly shed: number;
  /** How long a long-lived client was without a place, on average, because it was refused. */
  readonly secondsWithout: number;
  /** Maximum requests in flight at once, over all seeds. */
  readonly peakInFlight: number;
}

export function score(outcome: Outcome): Score {
  const { scenario, good, latenciesMs, shed, clients } = outcome;
  let best = 0;
  for (let atMs = scenario.warmUpMs; atMs < scenario.durationMs; atMs += BUCKET_MS) {
    best += (scenario.bestPerSecond(atMs) * BUCKET_MS) / 1000;
  }
  const p99Ms = latenciesMs[Math.floor(latenciesMs.length * 0.99)] ?? Infinity;
  const secondsWithout = outcome.secondsWithout / Math.max(1, clients);
  return { share: good / best, p99Ms, shed, secondsWithout, peakInFlight: outcome.peakInFlight };
}

/** Mean over several seeds. */
export function scoreOf(
  scenario: Scenario,
  create: () => LimitController,
  seeds: readonly number[] = [1, 2, 3],
): Score {
  let share = 0;
  let p99Ms = 0;
  let shed = 0;
  let secondsWithout = 0;
  let peakInFlight = 0;
  for (const seed of seeds) {
    const one = score(simulate(scenario, create(), seed));
    share += one.share / seeds.length;
    p99Ms += one.p99Ms / seeds.length;
    shed += one.shed / seeds.length;
    secondsWithout += one.secondsWithout / seeds.length;
    peakInFlight = Math.max(peakInFlight, one.peakInFlight);
  }
  return { share, p99Ms, shed, secondsWithout, peakInFlight };
}

const FIXED_LIMITS: readonly number[] = [
  1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 21, 22, 24, 26, 28, 30, 35, 40, 50, 60, 80, 100, 150, 200, 300,
  400, 600, 1000, 4096,
];

/**
 * The fixed limit that is best for this scenario, found by trying: each, until one is so high that no request meets it. All
 * higher ones give the same outcome.
 */
export function bestFixed(scenario: Scenario, seeds?: readonly number[]): Score & { readonly limit: number } {
  let best = { limit: 0, share: -1, p99Ms: Infinity, shed: 0, secondsWithout: 0, peakInFlight: 0 };
  for (const limit of FIXED_LIMITS) {
    const one = scoreOf(scenario, () => fixedLimit(limit), seeds);
    if (one.share > best.share) best = { limit, ...one };
    if (one.peakInFlight < limit) break;
  }
  return best;
}

/** A server has recovered when for this long it gave this share of what it can. */
const RECOVERED_FOR_MS = 500;
const RECOVERED_SHARE = 0.9;

/** How long after this moment goodput was back, in milliseconds; infinite if never. */
export function recoveryMs({ scenario, goodByBucket }: Outcome, fromMs: number): number {
  const length = RECOVERED_FOR_MS / BUCKET_MS;
  for (let start = fromMs / BUCKET_MS; start + length <= goodByBucket.length; start += 1) {
    let good = 0;
    for (let bucket = start; bucket < start + length; bucket += 1) good += goodByBucket[bucket] ?? 0;
    const wanted = (scenario.bestPerSecond(start * BUCKET_MS) * RECOVERED_FOR_MS) / 1000;
    if (good >= RECOVERED_SHARE * wanted) return start * BUCKET_MS + RECOVERED_FOR_MS - fromMs;
  }
  return Infinity;
}

// What a client must reach so that it never makes an outage worse, and is still worth having.
import { type CreateClient, neverRetries as bareClient } from './clients.ts';
import {
  BUCKET_MS,
  type Bottom,
  type CallOutcome,
  type CallScenario,
  simulateCalls,
} from './simulate-calls.ts';

/** A server that keeps up easily. */
const AMPLE: Bottom = { slots: Infinity, serviceMs: () => 20, failedShare: () => 0 };

const USUAL: CallScenario = {
  durationMs: 60_000,
  callsPerSecond: 200,
  callers: 1,
  between: 0,
  attemptTimeoutMs: 1000,
  deadlineMs: 4000,
  bottom: AMPLE,
};

/** When the outage of {@link RECOVERY} and the stall of {@link METASTABLE} begin and end. */
const OUTAGE = { beginsMs: 10_000, endsMs: 70_000 };
const STALL = { beginsMs: 10_000, endsMs: 15_000 };

const DOWN: CallScenario = { ...USUAL, bottom: { ...AMPLE, failedShare: () => 1 } };

/** 100 calls in 100 ms are enough for a peak to show. */
const RECOVERY: CallScenario = {
  ...USUAL,
  durationMs: 80_000,
  callsPerSecond: 1000,
  callers: 4,
  bottom: {
    ...AMPLE,
    failedShare: (nowMs) => (nowMs >= OUTAGE.beginsMs && nowMs < OUTAGE.endsMs ? 1 : 0),
  },
};

/** 2 ms of CPU a request and no admission: at 0.8 of its capacity a short stall is enough to bring it down for good. */
const METASTABLE: CallScenario = {
  ...USUAL,
  durationMs: 75_000,
  callsPerSecond: 400,
  bottom: {
    slots: 1,
    serviceMs: (_nowMs, random) => 1.9 + 0.2 * random(),
    failedShare: () => 0,
    stalledUntilMs: (nowMs) => (nowMs >= STALL.beginsMs && nowMs < STALL.endsMs ? STALL.endsMs : 0),
  },
};

/** 100 requests a second at most, asked for 500 by 50 clients: a server with Respite, which sheds what is more. */
const FLOOD: CallScenario = {
  ...USUAL,
  durationMs: 30_000,
  callsPerSecond: 500,
  callers: 50,
  bottom: {
    slots: 1,
    serviceMs: (_nowMs, random) => -10 * Math.log(1 - random()),
    failedShare: () => 0,
    admission: { limit: 10, retryAfterMs: 1000 },
  },
};

/** Share of the calls that began in this time and succeeded. */
function goodShare({ callsByBucket, succeededByBucket }: CallOutcome, fromMs: number, toMs: number): number {
  return sumOf(succeededByBucket, fromMs, toMs) / sumOf(callsByBucket, fromMs, toMs);
}

function sumOf(buckets: readonly number[], fromMs: number, toMs: number): number {
  return buckets.slice(fromMs / BUCKET_MS, toMs / BUCKET_MS).reduce((sum, each) => sum + each, 0);
}

/** Most that reached the bottom in any 100 ms from this time on, in terms of the calls. */
function peak({ callsByBucket, attemptsByBucket }: CallOutcome, fromMs: number): number {
  const calls = Math.max(...callsByBucket.slice(fromMs / BUCKET_MS));
  return Math.max(...attemptsByBucket.slice(fromMs / BUCKET_MS)) / calls;
}

const amplification = ({ attempts, calls }: CallOutcome): number => attempts / calls;

/** Each yields what is missed, in words. */
const REQUIREMENTS: Readonly<Record<string, (create: CreateClient, seed: number) => Generator<string>>> = {
  *outage(create, seed) {
    yield* atMost('attempts per call', amplification(simulateCalls(DOWN, create, seed)), 1.05);
  },
  *halfFail(create, seed) {
    const outcome = simulateCalls({ ...USUAL, bottom: { ...AMPLE, failedShare: () => 0.5 } }, create, seed);
    yield* atMost('attempts per call', amplification(outcome), 1.1);
    // A client that holds everything back would reach the first. Sending each call once serves half.
    yield* atLeast('success', goodShare(outcome, 0, 60_000), 0.48);
  },
  *someFail(create, seed) {
    const outcome = simulateCalls({ ...USUAL, bottom: { ...AMPLE, failedShare: () => 0.05 } }, create, seed);
    yield* atMost('attempts per call', amplification(outcome), 1.06);
    yield* atLeast('success', goodShare(outcome, 0, 55_000), 0.997);
  },
  *twoOfThreeFail(create, seed) {
    const outcome = simulateCalls({ ...USUAL, bottom: { ...AMPLE, failedShare: () => 2 / 3 } }, create, seed);
    // Without a client in between it would be a third. Throttling that feeds on what it holds back leaves a thirtieth.
    yield* atLeast('success', goodShare(outcome, 0, 60_000), 0.2);
  },
  *tiers(create, seed) {
    const outcome = simulateCalls({ ...DOWN, between: 2 }, create, seed);
    yield* atMost('attempts at the bottom per call', amplification(outcome), 1.1);
  },
  *metastable(create, seed) {
    yield* recovers(simulateCalls(METASTABLE, create, seed));
  },
  *metastableManyCallers(create, seed) {
    yield* recovers(simulateCalls({ ...METASTABLE, callers: 20 }, create, seed));
  },
  *recovery(create, seed) {
    const outcome = simulateCalls(RECOVERY, create, seed);
    const fromMs = OUTAGE.endsMs + 2000;
    yield* atLeast('success 2 s after the outage', goodShare(outcome, fromMs, fromMs + 5000), 0.95);
    yield* atMost('peak in 100 ms', peak(outcome, OUTAGE.endsMs), 1.2);
  },
  *flood(create, seed) {
    const [bare, own] = [simulateCalls(FLOOD, bareClient, seed), simulateCalls(FLOOD, create, seed)];
    for (const [fromMs, toMs] of [
      [3000, 12_000],
      [12_000, 28_000],
    ] as const) {
      const refused = ({ attemptsByBucket, succeededByBucket }: CallOutcome): number =>
        sumOf(attemptsByBucket, fromMs, toMs) - sumOf(succeededByBucket, fromMs, toMs);
      const share = refused(own) / refused(bare);
      yield* atMost(`refusals from ${fromMs / 1000} s on, of those without the client`, share, 0.1);
      const good = goodShare(own, fromMs, toMs) / goodShare(bare, fromMs, toMs);
      yield* atLeast(`goodput from ${fromMs / 1000} s on, of that without the client`, good, 0.9);
    }
  },
  *tiersRecover(create, seed) {
    // Few calls, and in each tier a client that holds back: what one lets through, the next one must not hold back by chance.
    const few = { ...RECOVERY, callsPerSecond: 20, callers: 1, between: 2 };
    const outcome = simulateCalls(few, create, seed);
    const fromMs = OUTAGE.endsMs + 4000;
    yield* atLeast('success 4 s after the outage', goodShare(outcome, fromMs, fromMs + 4000), 0.95);
  },
};

/** Goodput from ten seconds after the stall on. Calls of the last seconds have no time to end. */
function* recovers(outcome: CallOutcome): Generator<string> {
  yield* atLeast('success 10 s after the stall', goodShare(outcome, STALL.endsMs + 10_000, 70_000), 0.95);
}

function* atMost(what: string, value: number, most: number): Generator<string> {
  if (!(value <= most)) yield `${what} ${value.toFixed(3)}, more than ${most}`;
}

function* atLeast(what: string, value: number, least: number): Generator<string> {
  if (!(value >= least)) yield `${what} ${value.toFixed(3)}, less than ${least}`;
}

/** What a client misses: the situation and the figure. Nothing when it is good. */
export function shortcomings(create: CreateClient, seeds: readonly number[] = [1]): readonly string[] {
  return Object.entries(REQUIREMENTS).flatMap(([name, missed]) =>
    seeds.flatMap((seed) => [...missed(create, seed)].map((what) => `${name}: ${what} (seed ${seed})`)),
  );
}

/** Share of success from 10 s after the stall of {@link METASTABLE} until 55 s after it. */
export function metastableGoodput(create: CreateClient): number {
  return goodShare(simulateCalls(METASTABLE, create, 1), STALL.endsMs + 10_000, 70_000);
}

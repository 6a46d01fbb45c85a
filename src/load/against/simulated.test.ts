// Whole comparisons on a machine that is made up: its clock, its noise, and what is true of both versions are known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Measured, type Opened, runRounds } from './measure/rounds.ts';
import type { Work } from './measure/slices.ts';
import { DEFAULT_MIN_EFFECTS, type Figure } from './verdict/figures.ts';
import { type Change, judge, verdictOf } from './verdict/judge.ts';
import { random } from '../generator/random.ts';
import { histories } from '../../../test/harness/histories.ts';

const RUNS = histories(200);

/** Default of `respite load --against`. */
const DURATION_MS = 120_000;

/** Of a slice, with its connections and last responses. */
const SLICE_MS = 2100;

const REQUESTS = 1500;

/** How much the candidate has of each figure, over the baseline. */
type Truth = Readonly<Record<Figure, number>>;

const ALIKE: Truth = { cpu: 1, p99: 1, goodput: 1 };

/**
 * Two noisy cores, as noisy as the machine was on which the real ones were measured (docs/design/comparing-versions.md). Processes of
 * the same code differ by 2 % in CPU time. Of slices, 6 % of noise is common to both versions and 2 % is not. About every 6 s
 * something else takes the core for a while.
 */
class NoisyMachine {
  nowMs = 0;
  readonly #random: () => number;
  readonly #truth: Truth;
  readonly #isFresh: boolean;
  #burstFromMs = 0;
  #burstToMs = 0;

  constructor(seed: number, truth: Truth, isFresh: boolean) {
    this.#random = random(seed);
    this.#truth = truth;
    this.#isFresh = isFresh;
  }

  readonly open = async (): Promise<Opened> => {
    this.nowMs += 600;
    const deviation = this.#isFresh ? 0.02 : 0;
    const own = { baseline: this.#normal(deviation), candidate: this.#normal(deviation) };
    return {
      isFresh: this.#isFresh,
      warmUp: async () => void (this.nowMs += 1600),
      slice: async () => {
        const endMs = this.nowMs + SLICE_MS;
        const stolen = this.#stolenShare(this.nowMs, endMs);
        this.nowMs = endMs;
        const common = this.#normal(0.06) + 0.08 * Math.sin((2 * Math.PI * endMs) / 40_000);
        return {
          baseline: this.#work(ALIKE, own.baseline, common, stolen),
          candidate: this.#work(this.#truth, own.candidate, common, stolen),
          isLatencyInvalid: this.#random() < 0.5 * stolen,
          isGoodputInvalid: false,
        };
      },
      close: async () => void (this.nowMs += 100),
    };
  };

  #work(truth: Truth, own: number, common: number, stolen: number): Work {
    const cpu =
      truth.cpu * Math.exp(own + common + this.#normal(0.015)) * (1 + 0.3 * stolen * this.#random());
    const noise = Math.exp(2 * own + 3 * common + this.#normal(0.15));
    const p99 = truth.p99 * noise * (1 + 15 * stolen * this.#random());
    const good = Math.round(REQUESTS * truth.goodput * (1 - 0.1 * stolen * this.#random()));
    return {
      requests: REQUESTS,
      cpuSeconds: REQUESTS * 0.0001 * cpu,
      served: REQUESTS,
      p99Ms: 3 * p99,
      good,
    };
  }

  /** Share of a time in which something else had the core. */
  #stolenShare(fromMs: number, toMs: number): number {
    let stolenMs = 0;
    while (this.#burstFromMs < toMs) {
      stolenMs += Math.max(0, Math.min(toMs, this.#burstToMs) - Math.max(fromMs, this.#burstFromMs));
      if (this.#burstToMs > toMs) break;
      this.#burstFromMs = this.#burstToMs - 6000 * Math.log(1 - this.#random());
      this.#burstToMs = this.#burstFromMs - 400 * Math.log(1 - this.#random());
    }
    return stolenMs / (toMs - fromMs);
  }

  #normal(deviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random()));
    return deviation * radius * Math.cos(2 * Math.PI * this.#random());
  }
}

async function run(
  seed: number,
  truth: Truth,
  isFresh: boolean,
  durationMs: number = DURATION_MS,
): Promise<Measured & { readonly tookMs: number }> {
  const machine = new NoisyMachine(seed, truth, isFresh);
  const measured = await runRounds({
    open: machine.open,
    durationMs,
    nowMs: () => machine.nowMs,
    seed,
    signal: new AbortController().signal,
    onPair: () => {},
  });
  return { ...measured, tookMs: machine.nowMs };
}

/** How many comparisons fulfil a condition. */
async function count(
  runs: number,
  truth: Truth,
  isFresh: boolean,
  isCounted: (changes: readonly Change[]) => boolean,
): Promise<number> {
  let counted = 0;
  for (let seed = 1; seed <= runs; seed += 1) {
    const { pairs } = await run(seed, truth, isFresh);
    if (isCounted(judge(pairs, DEFAULT_MIN_EFFECTS, seed))) counted += 1;
  }
  return counted;
}

const isWorse = (changes: readonly Change[]): boolean => verdictOf(changes) === 'worse';
const changeOf = (changes: readonly Change[], figure: Figure): Change | undefined =>
  changes.find((change) => change.figure === figure);

test('at most 1 % of comparisons of equal versions are false alarms: versions that are started', async () => {
  const alarms = await count(RUNS, ALIKE, true, isWorse);
  assert.ok(alarms <= RUNS / 100, `${alarms} of ${RUNS}`);
});

test('at most 1 % of comparisons of equal versions are false alarms: versions that run already', async () => {
  const runs = histories(100); // Each has twice as many pairs.
  const alarms = await count(runs, ALIKE, false, isWorse);
  assert.ok(alarms <= runs / 100, `${alarms} of ${runs}`);
});

test('5 % more CPU time is found in at least 95 % of runs', async () => {
  const isFound = (changes: readonly Change[]): boolean => changeOf(changes, 'cpu')?.verdict === 'worse';
  const found = await count(RUNS, { ...ALIKE, cpu: 1.05 }, true, isFound);
  assert.ok(found >= 0.95 * RUNS, `${found} of ${RUNS}`);
});

test('a p99 of 1.5 times, and 5 % of requests that are not served, are found', async () => {
  const worse = { cpu: 1, p99: 1.5, goodput: 0.95 };
  const isFound = (changes: readonly Change[]): boolean =>
    changeOf(changes, 'p99')?.verdict === 'worse' && changeOf(changes, 'goodput')?.verdict === 'worse';
  assert.ok((await count(20, worse, true, isFound)) >= 19);
});

test('5 % less CPU time is an improvement', async () => {
  const isFound = (changes: readonly Change[]): boolean =>
    changeOf(changes, 'cpu')?.verdict === 'better' && verdictOf(changes) !== 'worse';
  assert.ok((await count(20, { ...ALIKE, cpu: 0.95 }, true, isFound)) >= 18);
});

test('a run that is too short says how much longer it would have to be', async () => {
  const shortMs = 45_000;
  const { pairs } = await run(1, ALIKE, true, shortMs);
  const { verdict, timesAsLong = NaN } = changeOf(judge(pairs, DEFAULT_MIN_EFFECTS, 1), 'cpu') ?? {};
  assert.equal(verdict, 'unclear');
  assert.ok(timesAsLong > 1 && timesAsLong < 50, String(timesAsLong));
  const longer = await run(1, ALIKE, true, shortMs * timesAsLong * 1.5);
  assert.equal(changeOf(judge(longer.pairs, DEFAULT_MIN_EFFECTS, 1), 'cpu')?.verdict, 'same');
});

test('a comparison ends in its time', async () => {
  for (const isFresh of [true, false]) {
    const { tookMs } = await run(1, ALIKE, isFresh);
    assert.ok(tookMs <= DURATION_MS + 200, `${tookMs} ms`);
  }
});

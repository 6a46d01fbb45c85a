import { RespiteError } from '../../core/errors.ts';
import type { LoadResult } from '../contract.ts';
import type { CompareOptions, Comparison } from './contract.ts';
import { loadBoth } from './duet/load-both.ts';
import { chooseRate, FIRST_RATE, type Trial } from './measure/rate.ts';
import { type Measured, type Opened, runRounds, type Seeds } from './measure/rounds.ts';
import { type Slice, typicalOf, type Work } from './measure/slices.ts';
import { type ResolvedCompareOptions, resolveCompareOptions } from './options.ts';
import { type BothReady, prepareVersions, type Versions } from './versions/open.ts';
import { cpuBetween, readTree } from './versions/process-tree.ts';
import type { Figure } from './verdict/figures.ts';
import { judge, verdictOf } from './verdict/judge.ts';

/** How long each part takes, in milliseconds. */
export interface Times {
  /** Load before the first slice, for V8 to compile what is hot. */
  readonly warmUpMs: number;
  /** Long enough for thousands of requests, short enough for fresh processes every few seconds. */
  readonly sliceMs: number;
  /** Load with one rate, while the rate is chosen. */
  readonly trialMs: number;
}

const TIMES: Times = { warmUpMs: 1500, sliceMs: 2000, trialMs: 500 };

/** Maximum lag of the load generator, as a share of the latency or the deadline that it is measured against. */
const MAX_LAG_SHARE = 0.1;

/**
 * Puts the same load on two versions of a server in the same seconds, again and again, and says whether the candidate is worse. It compares
 * CPU time per request, 99th percentile of latency, and requests served within the deadline.
 *
 * Rejects with a `RespiteError`: `RESPITE_OPTIONS_INVALID`, `RESPITE_LOAD_VERSION` for a version that cannot be started, ends, or answers
 * no request. When `signal` aborts, it resolves with what was measured until then; before anything runs it
 * rejects with the signal's reason.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { compare } from 'respite/load';
 *
 * const { verdict, changes } = await compare({
 *   baseline: { ref: 'main', command: ['node', 'server.js'] },
 *   candidate: { command: ['node', 'server.js'] },
 *   path: '/products',
 * });
 * assert.notEqual(verdict, 'worse', JSON.stringify(changes));
 * ```
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  return compareIn(TIMES, options);
}

/** The same in other times: tests take less. */
export async function compareIn(times: Times, options: CompareOptions): Promise<Comparison> {
  const resolved = resolveCompareOptions(options);
  const startedAt = new Date();
  const versions = await prepareVersions(resolved);
  try {
    return await new ComparisonRun(resolved, versions, times).run(startedAt);
  } finally {
    await versions.close();
  }
}

class ComparisonRun {
  readonly #options: ResolvedCompareOptions;
  readonly #versions: Versions;
  readonly #times: Times;
  #rate: number | undefined;

  constructor(options: ResolvedCompareOptions, versions: Versions, times: Times) {
    this.#options = options;
    this.#versions = versions;
    this.#times = times;
    this.#rate = options.rate;
  }

  async run(startedAt: Date): Promise<Comparison> {
    const { durationMs, seed, signal, minEffects, onProgress } = this.#options;
    const beganMs = performance.now();
    const measured = await runRounds({
      open: async () => this.#open(),
      durationMs,
      nowMs: () => performance.now(),
      seed,
      signal,
      onPair: ({ pairs }) => {
        onProgress?.({
          elapsedMs: performance.now() - beganMs,
          durationMs,
          rate: this.#rate ?? FIRST_RATE,
          pairs: pairs.length,
          changes: judge(pairs, minEffects, seed),
        });
      },
    });
    const { pairs, slices } = measured;
    const changes = judge(pairs, minEffects, seed);
    return {
      verdict: verdictOf(changes),
      changes,
      baseline: typicalOf(slices, 'baseline'),
      candidate: typicalOf(slices, 'candidate'),
      missing: missing(measured),
      startedAt: startedAt.toISOString(),
      durationMs: performance.now() - beganMs,
      rate: this.#rate ?? FIRST_RATE,
      seed,
      pairs: pairs.length,
      slices: slices.length,
      laggedSlices: slices.filter(({ isLatencyInvalid }) => isLatencyInvalid).length,
      hasFreshProcesses: this.#versions.areFresh,
      baselineCommit: this.#versions.baselineCommit,
      cores: this.#versions.cores,
    };
  }

  async #open(): Promise<Opened> {
    const both = await this.#versions.open();
    const { seed } = this.#options;
    return {
      isFresh: this.#versions.areFresh,
      warmUp: async () => {
        this.#rate ??= await chooseRate(async (rate) => this.#try(both, rate));
        await this.#load(both, this.#rate, this.#times.warmUpMs, {
          baseline: seed,
          candidate: (seed + 1) >>> 0,
        });
      },
      slice: async (seeds) => this.#load(both, this.#rate ?? FIRST_RATE, this.#times.sliceMs, seeds),
      close: async () => {
        await Promise.all([both.baseline.stop(), both.candidate.stop()]);
      },
    };
  }

  async #try(both: BothReady, rate: number): Promise<Trial> {
    const { seed } = this.#options;
    const { trialMs } = this.#times;
    const { baseline } = await this.#load(both, rate, trialMs, {
      baseline: seed,
      candidate: (seed + 1) >>> 0,
    });
    const { cpuSeconds, good, requests } = baseline;
    return {
      busy: cpuSeconds === undefined ? undefined : cpuSeconds / (trialMs / 1000),
      goodShare: requests === 0 ? 1 : good / requests,
    };
  }

  async #load(both: BothReady, rate: number, durationMs: number, seeds: Seeds): Promise<Slice> {
    const { load, signal } = this.#options;
    const { baseline, candidate } = both;
    const trees = (): readonly ReturnType<typeof readTree>[] =>
      [baseline, candidate].map(({ pid }) => (pid === undefined ? undefined : readTree(pid)));
    const common = { ...load, rate, durationMs, signal };
    const before = trees();
    const results = await loadBoth(
      { ...common, url: baseline.url, seed: seeds.baseline },
      { ...common, url: candidate.url, seed: seeds.candidate },
    ).finally(() => {
      baseline.assertAlive();
      candidate.assertAlive();
    });
    const after = trees();
    const [first, second] = results;
    if (!signal.aborted) assertServes(first);
    return {
      baseline: workOf(first, cpuBetween(before[0], after[0])),
      candidate: workOf(second, cpuBetween(before[1], after[1])),
      ...validity(first, second),
    };
  }
}

/**
 * How late the generator was. It is one for both versions, so its lag is no difference between them, but hides one where it is long beside
 * what is measured.
 */
function validity(...results: readonly LoadResult[]): Pick<Slice, 'isLatencyInvalid' | 'isGoodputInvalid'> {
  const lagMs = Math.max(...results.map(({ lag }) => lag.p99Ms));
  const isInvalid = results.some(({ invalidBecause }) => invalidBecause !== undefined);
  const isLongBeside = (valueMs: number): boolean => isInvalid && lagMs > MAX_LAG_SHARE * valueMs;
  return {
    isLatencyInvalid: results.some(({ latency }) => isLongBeside(latency.p99Ms)),
    isGoodputInvalid: results.some(({ deadlineMs }) => isLongBeside(deadlineMs)),
  };
}

/** Nothing can be compared with a baseline that answers nothing. */
function assertServes({ url, offered, failed, failedBy }: LoadResult): void {
  if (offered === 0 || failed < offered) return;
  const how = Object.keys(failedBy).join(', ');
  throw new RespiteError(
    'RESPITE_LOAD_VERSION',
    `every request to the baseline failed (${how}): ${new URL(url).pathname}`,
  );
}

function workOf({ offered, repeats, good, late, latency }: LoadResult, cpuSeconds: number | undefined): Work {
  return { requests: offered + repeats, cpuSeconds, served: good + late, p99Ms: latency.p99Ms, good };
}

/** Why a figure has no value. */
function missing({ pairs, slices }: Measured): Comparison['missing'] {
  const reasons: Partial<Record<Figure, string>> = {};
  if (pairs.length > 0 && pairs.every(({ cpu }) => cpu === undefined))
    reasons.cpu = 'the processes of both versions have to be visible in /proc of this machine';
  const late = 'the load generator was late each time: something else needs its core';
  if (slices.length > 0 && slices.every(({ isLatencyInvalid }) => isLatencyInvalid)) reasons.p99 = late;
  if (slices.length > 0 && slices.every(({ isGoodputInvalid }) => isGoodputInvalid)) reasons.goodput = late;
  return reasons;
}

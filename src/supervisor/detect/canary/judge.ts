// Is a new version worse than the old one that serves beside it? Pure: readings go in, once a second, and a verdict comes out.
import { FailureEvidence } from './failures.ts';
import { HeapGrowth } from './heap.ts';
import { type Activity, activityBetween, joined, NO_ACTIVITY, type Reading, together } from './reading.ts';
import { RatioEvidence } from './ratios.ts';
import { compared, type Compared } from './compared.ts';

/** What is compared. */
export type Signal = 'errors' | 'latency' | 'cpu' | 'loop-delay' | 'heap';

/**
 * Share of restarts of one and the same version that a signal may take back. Together with the rule for the heap, which has no
 * such bound of its own and was measured (test/simulator/canary.test.ts), less than 1 %.
 */
const ERROR_RATES = { errors: 0.001, latency: 0.003, cpu: 0.003, 'loop-delay': 0.001 } as const;

/** A fresh process compiles, connects and fills its caches first. Errors count from the beginning. */
const WARM_UP_MS = 3000;

/** An interval ends when old and new have answered about this many each, weighed by what both have of each route. */
const MIN_REQUESTS = 8;

/** A share of failures that is worth a restart taken back, and how many times that of the old version. */
const MIN_FAILED_SHARE = 0.01;
const MIN_FAILED_RATIO = 2;

/** Until V8 has compiled what is hot, a request may take some ms more. So small differences count only after this many requests. */
const WARM_REQUESTS = 1000;
const COLD_SECONDS = 0.005;

/** Smaller differences of processor time are those of timers and collections, in CPU seconds of an interval. */
const MIN_CPU_SECONDS = 0.05;

/** Resolution of the monitor of event-loop delay. */
const MIN_LOOP_DELAY_MS = 20;

/** CPU per request and event-loop delay say nothing about versions that answer different routes: the least overlap. */
const MIN_OVERLAP = 0.8;

/** A worker that is this busy, and answers this many times as much as the others, is slower for that reason. */
const BUSY = 0.5;
const MORE_REQUESTS = 1.5;

export type Verdict =
  | { readonly kind: 'undecided' }
  /** @param figures What both have done. */
  | { readonly kind: 'worse'; readonly what: Signal; readonly figures: TrialFigures };

/** What a trial has found so far. */
export interface TrialFigures {
  readonly fresh: Pick<Activity, 'answered' | 'failed'>;
  readonly old: Pick<Activity, 'answered' | 'failed'>;
  /** Of the new version over the old one; 1 where nothing was compared. */
  readonly latencyRatio: number;
  readonly cpuRatio: number;
  readonly loopDelayRatio: number;
  /** How fast the live heap of the new worker grew, if that is too fast. */
  readonly leakBytesPerSecond: number | undefined;
  /** The fastest growth of an old worker, garbage included. */
  readonly oldLeakBytesPerSecond: number;
}

/** Readings of all workers at one moment. */
export interface Moment {
  readonly nowMs: number;
  readonly fresh: Reading;
  /** By the number of the worker. One that is missing does not serve any more. */
  readonly old: ReadonlyMap<number, Reading>;
}

export class Judge {
  readonly #failures = new FailureEvidence();
  readonly #latency = new RatioEvidence();
  readonly #cpu = new RatioEvidence();
  readonly #loopDelay = new RatioEvidence();
  readonly #heap = new HeapGrowth();
  readonly #beganAtMs: number;
  /** Share of failures of the old workers before the trial. */
  readonly #failedBefore: number;
  #before: Moment;
  #fresh: Activity = NO_ACTIVITY;
  #old: Activity = NO_ACTIVITY;
  #intervalBeganAtMs: number;
  #allFresh: Activity = NO_ACTIVITY;
  #allOld: Activity = NO_ACTIVITY;

  /** @param first The readings with which the trial begins. */
  constructor(first: Moment) {
    this.#before = first;
    this.#beganAtMs = first.nowMs;
    this.#intervalBeganAtMs = first.nowMs;
    const nothing: Reading = { routes: new Map(), cpuSeconds: 0, loopDelayMs: undefined, heap: undefined };
    const { answered, failed } = together(
      [...first.old.values()].map((reading) => activityBetween(nothing, reading)),
    );
    this.#failedBefore = answered === 0 ? 0 : failed / answered;
  }

  add(moment: Moment): Verdict {
    const { nowMs } = moment;
    const fresh = activityBetween(this.#before.fresh, moment.fresh);
    const activities: Activity[] = [];
    for (const [id, reading] of moment.old) {
      const before = this.#before.old.get(id);
      if (before !== undefined) activities.push(activityBetween(before, reading));
    }
    this.#before = moment;
    const old = together(activities);
    this.#fresh = joined(this.#fresh, fresh);
    this.#old = joined(this.#old, old);
    this.#allFresh = joined(this.#allFresh, fresh);
    this.#allOld = joined(this.#allOld, old);
    if (nowMs - this.#beganAtMs >= WARM_UP_MS) this.#heap.take(nowMs, moment.fresh.heap, heapsOf(moment.old));
    const found = compared(this.#fresh, this.#old);
    if (found.requests >= MIN_REQUESTS) this.#closeInterval(nowMs, found, activities.length);
    const what = this.#worse();
    return what === undefined ? { kind: 'undecided' } : { kind: 'worse', what, figures: this.figures };
  }

  /** Whether a collection of the new worker's heap would tell more than the last moment did. */
  get wantsCollection(): boolean {
    return this.#heap.wantsCollection(this.#before.nowMs);
  }

  get figures(): TrialFigures {
    return {
      fresh: this.#allFresh,
      old: this.#allOld,
      latencyRatio: this.#latency.ratio,
      cpuRatio: this.#cpu.ratio,
      loopDelayRatio: this.#loopDelay.ratio,
      leakBytesPerSecond: this.#heap.leakBytesPerSecond,
      oldLeakBytesPerSecond: this.#heap.oldBytesPerSecond,
    };
  }

  #closeInterval(nowMs: number, found: Compared, oldWorkers: number): void {
    const fresh = this.#fresh;
    const old = this.#old;
    const seconds = (nowMs - this.#intervalBeganAtMs) / 1000;
    const isWarmingUp = this.#intervalBeganAtMs - this.#beganAtMs < WARM_UP_MS;
    this.#fresh = NO_ACTIVITY;
    this.#old = NO_ACTIVITY;
    this.#intervalBeganAtMs = nowMs;
    this.#failures.take(fresh, old);
    if (isWarmingUp) return;

    const hasRunHot = this.#allFresh.answered >= WARM_REQUESTS;
    const isBusier =
      (fresh.cpuSeconds ?? 0) / seconds >= BUSY &&
      fresh.answered >= (MORE_REQUESTS * old.answered) / Math.max(1, oldWorkers);
    if (!isBusier) {
      const isLong = Math.abs(found.freshSeconds - found.oldSeconds) >= COLD_SECONDS;
      this.#latency.take(Math.log(found.freshSeconds / found.oldSeconds), hasRunHot || isLong);
    }
    if (found.overlap < MIN_OVERLAP) return;
    if (fresh.cpuSeconds !== undefined && old.cpuSeconds !== undefined) {
      const own = fresh.cpuSeconds / fresh.answered;
      const others = old.cpuSeconds / old.answered;
      const difference = Math.abs(own - others);
      const isMuch = difference * fresh.answered >= MIN_CPU_SECONDS;
      this.#cpu.take(Math.log(own / others), isMuch && (hasRunHot || difference >= COLD_SECONDS));
    }
    if (!isBusier && fresh.loopDelayMs !== undefined && old.loopDelayMs !== undefined) {
      // Without delay there is no ratio.
      const ratio = Math.max(1, fresh.loopDelayMs) / Math.max(1, old.loopDelayMs);
      const isMuch = Math.abs(fresh.loopDelayMs - old.loopDelayMs) >= MIN_LOOP_DELAY_MS;
      this.#loopDelay.take(Math.log(ratio), isMuch);
    }
  }

  #worse(): Signal | undefined {
    if (isSure(this.#failures.log, ERROR_RATES.errors) && this.#failsMore()) return 'errors';
    if (isSure(this.#latency.log, ERROR_RATES.latency) && this.#latency.isRelevant) return 'latency';
    if (isSure(this.#cpu.log, ERROR_RATES.cpu) && this.#cpu.isRelevant) return 'cpu';
    if (isSure(this.#loopDelay.log, ERROR_RATES['loop-delay']) && this.#loopDelay.isRelevant)
      return 'loop-delay';
    return this.#heap.leakBytesPerSecond === undefined ? undefined : 'heap';
  }

  #failsMore(): boolean {
    const share = this.#allFresh.failed / this.#allFresh.answered;
    const usual = Math.max(this.#failedBefore, this.#allOld.failed / Math.max(1, this.#allOld.answered));
    return share >= MIN_FAILED_SHARE && share >= MIN_FAILED_RATIO * usual;
  }
}

function isSure(log: number, errorRate: number): boolean {
  return log >= -Math.log(errorRate);
}

function heapsOf(readings: ReadonlyMap<number, Reading>): Map<number, NonNullable<Reading['heap']>> {
  const heaps = new Map<number, NonNullable<Reading['heap']>>();
  for (const [id, { heap }] of readings) if (heap !== undefined) heaps.set(id, heap);
  return heaps;
}

// Calls of all workers to other services, from the instruments in their samples. Read only while a page is open.
import type { WorkerStatus } from '../../supervisor/index.ts';
import { countsByOrigin, type OriginCounts, PEER_STATES } from './outbound-counts.ts';
import type { ShownOrigin, ShownOutbound, ShownPeerState } from './protocol.ts';

/** How often samples are looked at, however many pages are open, in ms. */
const EVERY_MS = 2000;

/** Time that rates and means are of, in ms. */
const WINDOW_MS = 10_000;

/** A worker that has reported nothing for longer than this does nothing, as far as is known; in ms. */
const STALE_MS = 2500;

/** Maximum number of origins that are shown. */
const MAX_SHOWN = 10;

/** What is read of a worker. */
export interface Caller extends Pick<WorkerStatus, 'id' | 'sampleAgeMs'> {
  readonly sample: Pick<NonNullable<WorkerStatus['sample']>, 'instruments'> | undefined;
}

/** What a sample of a worker has said, and when it came. */
interface Reading {
  readonly atMs: number;
  readonly byOrigin: ReadonlyMap<string, OriginCounts>;
}

interface Known {
  sample: Caller['sample'];
  /** Within the window, oldest first. */
  readonly readings: Reading[];
}

/** What is summed over the workers; rates are a second. */
interface Sum {
  perSecond: number;
  failedPerSecond: number;
  /** Time of the requests in each second, in ms; undefined where only a client of Respite's has counted them. */
  tookMs: number | undefined;
  retriesPerSecond: number;
  heldBackPerSecond: number;
  inFlight: number;
  waiting: number;
  readonly states: Map<string, number>;
  isDryRun: boolean;
}

export class OutboundCalls {
  readonly #byWorker = new Map<number, Known>();
  #readAtMs = -Infinity;
  #shown: ShownOutbound | undefined;

  /**
   * Undefined while no worker has made calls.
   *
   * @param nowMs By a clock that is never set.
   */
  read(workers: readonly Caller[], nowMs: number): ShownOutbound | undefined {
    if (nowMs - this.#readAtMs < EVERY_MS) return this.#shown;
    this.#readAtMs = nowMs;
    for (const worker of workers) this.#take(worker, nowMs);
    for (const id of this.#byWorker.keys()) {
      if (!workers.some((worker) => worker.id === id)) this.#byWorker.delete(id);
    }
    this.#shown = this.#show(nowMs);
    return this.#shown;
  }

  #take({ id, sample, sampleAgeMs = 0 }: Caller, nowMs: number): void {
    if (sample === undefined) return;
    let known = this.#byWorker.get(id);
    if (known === undefined) this.#byWorker.set(id, (known = { sample: undefined, readings: [] }));
    if (known.sample === sample) return;
    known.sample = sample;
    const { readings } = known;
    const atMs = nowMs - sampleAgeMs;
    readings.push({ atMs, byOrigin: countsByOrigin(sample.instruments) });
    while ((readings[0]?.atMs ?? atMs) < atMs - WINDOW_MS) readings.shift();
  }

  #show(nowMs: number): ShownOutbound | undefined {
    const sums = new Map<string, Sum>();
    let hasRates = false;
    for (const { readings } of this.#byWorker.values()) {
      const [first, last] = [readings[0], readings.at(-1)];
      if (first === undefined || last === undefined) continue;
      const seconds = (last.atMs - first.atMs) / 1000;
      const isKnown = seconds > 0 && nowMs - last.atMs <= STALE_MS;
      hasRates ||= isKnown;
      for (const [origin, counts] of last.byOrigin) {
        let sum = sums.get(origin);
        if (sum === undefined) sums.set(origin, (sum = nothing()));
        addGauges(sum, counts);
        if (isKnown) addRates(sum, counts, first.byOrigin.get(origin), seconds);
      }
    }
    if (sums.size === 0) return undefined;
    const busiest = [...sums].toSorted(busiestFirst).slice(0, MAX_SHOWN);
    return {
      // In an order that stays, so that a row can be read while rates change.
      origins: busiest.toSorted(byName).map(([origin, sum]) => shownOrigin(origin, sum, hasRates)),
      more: sums.size - busiest.length,
    };
  }
}

function addGauges(sum: Sum, { inFlight, waiting, states, isDryRun }: OriginCounts): void {
  sum.inFlight += inFlight;
  sum.waiting += waiting;
  sum.isDryRun ||= isDryRun;
  for (const [state, count] of states) sum.states.set(state, (sum.states.get(state) ?? 0) + count);
}

/** @param before Undefined for an origin that the worker had not called then. */
function addRates(sum: Sum, now: OriginCounts, before: OriginCounts | undefined, seconds: number): void {
  const rate = (read: (counts: OriginCounts) => number): number =>
    Math.max(0, read(now) - (before === undefined ? 0 : read(before))) / seconds;
  sum.perSecond += rate(({ requests, attempts }) => (now.isObserved ? requests : attempts));
  sum.failedPerSecond += rate(({ failed, failedAttempts }) => (now.isObserved ? failed : failedAttempts));
  if (now.isObserved) sum.tookMs = (sum.tookMs ?? 0) + 1000 * rate(({ tookSeconds }) => tookSeconds);
  sum.retriesPerSecond += rate(({ retries }) => retries);
  sum.heldBackPerSecond += rate(({ heldBack }) => heldBack);
}

function nothing(): Sum {
  return {
    perSecond: 0,
    failedPerSecond: 0,
    tookMs: undefined,
    retriesPerSecond: 0,
    heldBackPerSecond: 0,
    inFlight: 0,
    waiting: 0,
    states: new Map(),
    isDryRun: false,
  };
}

/** Before these the ones that a client holds calls back from: they may be few because of that. */
function busiestFirst([a, ofA]: [string, Sum], [b, ofB]: [string, Sum]): number {
  const isTroubled = ({ states }: Sum): boolean => [...states.keys()].some((state) => state !== 'closed');
  const calls = ({ perSecond, heldBackPerSecond }: Sum): number => perSecond + heldBackPerSecond;
  return (
    Number(isTroubled(ofB)) - Number(isTroubled(ofA)) ||
    calls(ofB) - calls(ofA) ||
    ofB.inFlight - ofA.inFlight ||
    byName([a], [b])
  );
}

function byName([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  return a < b ? -1 : Number(a > b);
}

function shownOrigin(origin: string, sum: Sum, hasRates: boolean): ShownOrigin {
  const { perSecond, failedPerSecond, tookMs, inFlight, waiting, isDryRun } = sum;
  const state = worstOf(sum.states);
  const hasPolicies = hasRates && state !== undefined;
  const hasEnded = perSecond > 0;
  return {
    origin,
    perSecond: hasRates ? rounded(perSecond) : undefined,
    failedShare: hasEnded ? rounded(Math.min(1, failedPerSecond / perSecond)) : undefined,
    meanMs: hasEnded && tookMs !== undefined ? rounded(tookMs / perSecond) : undefined,
    inFlight,
    waiting,
    retriesPerSecond: hasPolicies ? rounded(sum.retriesPerSecond) : undefined,
    heldBackPerSecond: hasPolicies ? rounded(sum.heldBackPerSecond) : undefined,
    state,
    isDryRun,
  };
}

function worstOf(states: ReadonlyMap<string, number>): ShownPeerState | undefined {
  const of = [...states.values()].reduce((sum, count) => sum + count, 0);
  const name = PEER_STATES.find((state) => (states.get(state) ?? 0) > 0);
  return name === undefined ? undefined : { name, count: states.get(name) ?? 0, of };
}

/** To four digits: the page shows fewer. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

import { expectedElasticity, nextBaseline } from './baseline.ts';
import { elasticity, type Evidence, NO_EVIDENCE, observe } from './elasticity.ts';
import type { ResolvedLimitOptions } from './options.ts';
import { isSteppingAside, isSparse, isStuck, type LimitSample, MIN_COMPLETED } from './window.ts';

/** What is known after a window. */
export interface LimitState {
  /** How many requests may be in flight: a whole number. */
  readonly limit: number;
  /** Mean latency when nothing waits, as far as known; infinite before the first window. */
  readonly baselineMs: number;
  readonly evidence: Evidence;
  /** The limit has never had to fall, so nothing is known yet about where its end is. */
  readonly starting: boolean;
}

// The numbers below without another source were found by simulation: docs/design/adaptive-limit.md.

/**
 * The limit rises while throughput follows it by more than a share, and falls when it follows by less: by this share at the
 * baseline, and the other at the target, since there more in flight costs more.
 */
const WORTHWHILE = 0.2;
const WORTHWHILE_LATE = 0.35;

/** From here on all of the latency is service, whatever the baseline says. */
const ALL_SERVICE = 0.7;

/** Largest and smallest steps, as shares of the limit; in between by how clear it is. */
const MAX_RISE = 0.5;
const MAX_FALL = 0.2;
const MIN_STEP = 0.05;

/** At the start the limit doubles while throughput follows it as much as this, as TCP's slow start does. */
const START_GAIN = 0.8;
const START_RISE = 1;

/** The largest step down when requests take longer than the target, and the step when no request gets an answer. */
const LATE_FALL = 0.5;

/** The limit counts as full in windows that on average used this share of it. */
const FULL = 0.75;

/** Past this multiple of the limit it isn't the limit that bounds what is in flight. */
const OVERRUN = 1.25;

/** The limit is at most this multiple of what was in flight at once, as in failsafe-go: unused room is not known to be room. */
const MAX_UNUSED = 5;

/** The limit rises to at most this multiple of the initial one when no answers say whether that is good. */
const MAX_UNPROVED = 8;

/** With a greater share than this of failures and departed clients the limit does not rise: what is left to measure was lucky. */
const MAX_LOST = 0.5;

export function initialLimit(options: ResolvedLimitOptions): LimitState {
  return { limit: options.initialLimit, baselineMs: Infinity, evidence: NO_EVIDENCE, starting: true };
}

/**
 * The limit for the next window. While the limit is full it always moves, since only a moving limit shows whether throughput
 * follows; it never drops in order to learn.
 */
export function nextLimit(state: LimitState, sample: LimitSample, options: ResolvedLimitOptions): LimitState {
  if (!isSound(sample)) return state;
  const { limit } = state;
  if (isSparse(sample)) {
    // Few samples say nothing, except that no request waits in the queue, or that no request gets an answer.
    if (isSteppingAside(sample)) return makeRoom(state, sample, options);
    if (!isStuck(sample) || isOverrun(sample, limit)) return state;
    return { ...state, limit: moved(limit, -LATE_FALL, options), starting: false };
  }

  const binds = sample.shed > 0;
  const full = binds && sample.meanInFlight >= FULL * limit;
  const perSecond = ((sample.completed + sample.answered) * 1000) / sample.elapsedMs;
  const evidence = full
    ? observe(state.evidence, sample.meanInFlight, perSecond, sample.latencyError)
    : state.evidence;
  const expected = expectedElasticity(sample.meanLatencyMs, state.baselineMs, options.targetLatencyMs);
  const gain = elasticity(evidence, expected);

  const worthwhile = between(WORTHWHILE_LATE, WORTHWHILE, expected);
  const change = share(state, sample, full, gain, worthwhile, options);
  const nothingWaits = !binds || gain >= ALL_SERVICE;
  return {
    limit: moved(limit, change, options),
    baselineMs:
      sample.completed < MIN_COMPLETED
        ? state.baselineMs
        : nextBaseline(state.baselineMs, sample.meanLatencyMs, nothingWaits, full ? expected - gain : 0),
    evidence,
    starting: state.starting && change >= 0,
  };
}

/**
 * Requests that don't wait in the queue come faster than they are recognized. Since it isn't proved by answers that there is room, the
 * limit rises no higher than a multiple of what was thought safe to begin with.
 */
function makeRoom(state: LimitState, sample: LimitSample, options: ResolvedLimitOptions): LimitState {
  // Of a server that has answered before and now answers no request, it isn't known whether they wait in the queue.
  if (sample.completed + sample.answered === 0 && state.baselineMs < Infinity) return state;
  const most = Math.min(options.maxLimit, MAX_UNPROVED * options.initialLimit);
  const limit = Math.max(state.limit, Math.min(most, moved(state.limit, START_RISE, options)));
  return limit === state.limit ? state : { ...state, limit };
}

/** The share by which the limit changes. */
function share(
  state: LimitState,
  sample: LimitSample,
  full: boolean,
  gain: number,
  worthwhile: number,
  options: ResolvedLimitOptions,
): number {
  if (state.limit > Math.max(options.initialLimit, MAX_UNUSED * sample.peakInFlight)) return -MIN_STEP;
  if (sample.shed === 0) return 0;
  if (gain > worthwhile) {
    const lost = sample.failed + sample.cancelled;
    if (lost > MAX_LOST * (lost + sample.completed + sample.answered)) return 0;
    if (state.starting && gain >= START_GAIN) return START_RISE;
    return between(MIN_STEP, MAX_RISE, (gain - worthwhile) / (1 - worthwhile));
  }
  if (!full || isOverrun(sample, state.limit)) return 0;
  // Below there is nothing, and only a limit that moves shows whether throughput follows.
  if (state.limit === options.minLimit) return MIN_STEP;
  if (sample.meanLatencyMs > options.targetLatencyMs) {
    return -Math.min(LATE_FALL, Math.max(MIN_STEP, 1 - options.targetLatencyMs / sample.meanLatencyMs));
  }
  return -between(MIN_STEP, MAX_FALL, (worthwhile - gain) / worthwhile);
}

/** More are in flight than the limit lets in, as in a dry run: what happens now says nothing about a lower limit. */
function isOverrun(sample: LimitSample, limit: number): boolean {
  return sample.meanInFlight > OVERRUN * limit;
}

function between(least: number, most: number, part: number): number {
  return least + (most - least) * Math.min(1, part);
}

/** The limit changed by a share of itself, by one at least. */
export function moved(limit: number, change: number, { minLimit, maxLimit }: ResolvedLimitOptions): number {
  if (change === 0) return limit;
  const by = Math.sign(change) * Math.max(1, Math.round(limit * Math.abs(change)));
  return Math.min(maxLimit, Math.max(minLimit, limit + by));
}

/** False for what no server can have measured: a sample of it would poison the state for good. */
function isSound(sample: LimitSample): boolean {
  const { elapsedMs, completed, answered, meanInFlight, meanLatencyMs } = sample;
  if (!isPositive(elapsedMs) || !isCount(((completed + answered) * 1000) / elapsedMs)) return false;
  // Without an admission in the window, as while a lowered limit is reached, nothing is known about the number in flight.
  if (completed > 0 && !isPositive(meanLatencyMs)) return false;
  if (completed + answered > 0 && !isPositive(meanInFlight)) return false;
  return (
    isCount(completed) &&
    isCount(answered) &&
    isCount(sample.steppedAside) &&
    isCount(sample.failed) &&
    isCount(sample.cancelled) &&
    isCount(sample.shed) &&
    isCount(sample.peakInFlight) &&
    isCount(sample.latencyError)
  );
}

const isPositive = (value: number): boolean => value > 0 && value < Infinity;
const isCount = (value: number): boolean => value >= 0 && value < Infinity;

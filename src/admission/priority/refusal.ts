// How large a share of the requests has to be refused so that what is behind, the gates that measure and the server
// itself, is kept busy but not pressed. Pure: state and sample in, state out.

/** What happened in one interval. */
export interface RefusalSample {
  /** Requests that asked. */
  readonly offered: number;
  /** Requests that were let through to the gates. */
  readonly passed: number;
  /** Of those, the ones that the threshold alone would have refused. */
  readonly guaranteed: number;
  /** Of those let through, the ones that a gate then shed. */
  readonly shedByGates: number;
  /** Of those shed, the ones of better classes than the one at the threshold; undefined when that isn't known. */
  readonly shedOfBetterClasses?: number | undefined;
  /** Requests that completed. */
  readonly completed: number;
  /** 0 to 1, at the end of the interval. */
  readonly pressure: number;
  /** The largest share that may be refused, 0 to 1. */
  readonly maxShare: number;
  /** At least 1. */
  readonly elapsedMs: number;
}

export interface RefusalState {
  readonly offeredPerSecond: number;
  readonly passedPerSecond: number;
  readonly guaranteedPerSecond: number;
  readonly completedPerSecond: number;
  /** What may be let through; Infinity while nothing speaks against letting everything through. */
  readonly admissiblePerSecond: number;
  /** What completed while the server was last known to be busy. */
  readonly capacityPerSecond: number;
  /** Intervals that the server has been busy, short pauses included. */
  readonly busyIntervals: number;
  /** Intervals' worth of time that the server has been quiet at its last known capacity, and might have more. */
  readonly quietIntervals: number;
  /** Share of the requests to refuse by threshold, 0 to 1. */
  readonly share: number;
}

export const ADMIT_ALL: RefusalState = Object.freeze({
  offeredPerSecond: 0,
  passedPerSecond: 0,
  guaranteedPerSecond: 0,
  completedPerSecond: 0,
  admissiblePerSecond: Infinity,
  capacityPerSecond: 0,
  busyIntervals: 0,
  quietIntervals: 0,
  share: 0,
});

/** The interval that the constants below are for; others are scaled to it. */
const INTERVAL_MS = 100;

/** Arrivals are followed in two intervals, because a flood comes and goes at once. */
const ARRIVALS_MS = 200;
/** Completions, which capacity is told by, change slowly and come in lumps. */
const COMPLETIONS_MS = 500;
/** Quiet intervals after which completions say what was asked for, and no longer what the server can do. */
const LONG_QUIET = 5;

/** Pressure is held around the middle of its range: below it the server might be idle, above it nothing is left for bursts. */
export const TARGET_PRESSURE = 0.5;
/** How far from what completes the admissible may go, to move pressure to its target: 10 % less when full, 10 % more when none. */
const PRESSURE_GAIN = 0.1;
/**
 * How much more is let through than completes when gates shed, but only of the class at the threshold. They shed at random
 * bursts, so letting through only what they never shed would leave the server idle in between: with room for 12 requests
 * it was busy 84 % of the time, so it is 97 % (docs/design/priority.md).
 */
const OVERFILL = 0.2;
/** No interval cuts by more than a half, so that requests which have not had the time to complete don't look like none. */
const MAX_CUT = 0.5;

/** Part of the way back to the last known capacity that one quiet interval goes. */
const RETURN = 0.3;
/** Growth beyond it: 0.5 % an interval, doubled by each quiet interval before it, at most 50 %. */
const GROWTH = 0.005;
const MAX_GROWTH = 0.5;

/** The threshold always leaves 1 %: who lets no request in never learns that the trouble has passed. */
const MAX_SHARE = 0.99;

/** Admissible over offered from which the limit is forgotten. */
const FORGET_ABOVE = 2;

/**
 * Follows what may be let through, rather than the share itself: the server's capacity changes slowly while arrivals
 * jump, so a flood that doubles doubles the refusals within two intervals, and one that ends ends them.
 */
export function adaptRefusal(state: RefusalState, sample: RefusalSample): RefusalState {
  const { elapsedMs, offered, passed, guaranteed, completed } = sample;
  const isBusy = isBusyNow(state, sample);
  const busyIntervals = nextBusyIntervals(state, isBusy);
  const arrivals = 1 - Math.exp(-elapsedMs / ARRIVALS_MS);
  const completions = Math.max(
    1 - Math.exp(-elapsedMs / COMPLETIONS_MS),
    isBusy ? newness(busyIntervals) : 0,
  );
  const perSecond = 1000 / elapsedMs;
  const rates = {
    offeredPerSecond: follow(state.offeredPerSecond, offered * perSecond, arrivals),
    passedPerSecond: follow(state.passedPerSecond, passed * perSecond, arrivals),
    guaranteedPerSecond: follow(state.guaranteedPerSecond, guaranteed * perSecond, arrivals),
    completedPerSecond: follow(state.completedPerSecond, completed * perSecond, completions),
  };
  const next = isBusy
    ? whileBusy({ ...state, ...rates, busyIntervals }, sample)
    : whileQuiet(state, elapsedMs / INTERVAL_MS);
  const { offeredPerSecond, guaranteedPerSecond } = rates;
  const maxShare = Math.min(MAX_SHARE, sample.maxShare);
  let admissiblePerSecond = Math.max(next.admissiblePerSecond, offeredPerSecond * (1 - maxShare));
  if (!isBusy && admissiblePerSecond >= offeredPerSecond * FORGET_ABOVE) admissiblePerSecond = Infinity;
  return {
    ...rates,
    ...next,
    busyIntervals,
    admissiblePerSecond,
    share: shareOver(Math.max(0, admissiblePerSecond - guaranteedPerSecond), offeredPerSecond),
  };
}

/**
 * A gate had to shed, or pressure is above its target; while requests are refused, any pressure at all. Otherwise what
 * completes is what was asked for, and says nothing of what could be.
 */
function isBusyNow({ share }: RefusalState, { shedByGates, pressure }: RefusalSample): boolean {
  return shedByGates > 0 || pressure > (share === 0 ? TARGET_PRESSURE : 0);
}

function nextBusyIntervals(state: RefusalState, isBusy: boolean): number {
  if (state.admissiblePerSecond === Infinity || state.quietIntervals >= LONG_QUIET) return isBusy ? 1 : 0;
  return isBusy ? state.busyIntervals + 1 : state.busyIntervals;
}

/**
 * Weight of the completions of the first intervals of an overload: those before don't say what the server can do, and in
 * the very first it may have been busy for a part of the time only.
 */
function newness(busyIntervals: number): number {
  return 1 / Math.max(1, busyIntervals - 1);
}

type Admissible = Pick<RefusalState, 'admissiblePerSecond' | 'capacityPerSecond' | 'quietIntervals'>;

/** The server is busy, so what completes is what it can do. */
function whileBusy(state: RefusalState, sample: RefusalSample): Admissible {
  const { pressure, shedByGates, shedOfBetterClasses = shedByGates } = sample;
  const before = Math.min(state.admissiblePerSecond, state.passedPerSecond);
  // At first also what the gates let run, so that one burst on an idle server does not make it look a small one.
  const ranPerSecond =
    state.busyIntervals === 1 ? ((sample.passed - shedByGates) * 1000) / sample.elapsedMs : 0;
  const capacityPerSecond = Math.max(state.completedPerSecond, ranPerSecond, before * (1 - MAX_CUT));
  const room = 1 - pressure / TARGET_PRESSURE;
  const overfills = shedByGates > 0 && shedOfBetterClasses === 0 && room > 0;
  const change = (overfills ? OVERFILL : PRESSURE_GAIN) * room;
  const factor = 1 + (shedOfBetterClasses > 0 ? Math.min(change, 0) : change);
  return { admissiblePerSecond: capacityPerSecond * factor, capacityPerSecond, quietIntervals: 0 };
}

/** It could do more: back to what it was known to do, then carefully beyond, then ever faster. */
function whileQuiet(state: RefusalState, intervals: number): Admissible {
  const { admissiblePerSecond, capacityPerSecond, quietIntervals } = state;
  if (admissiblePerSecond === Infinity) return { admissiblePerSecond, capacityPerSecond, quietIntervals: 0 };
  if (admissiblePerSecond < capacityPerSecond) {
    // Of the way to a little above, so that it arrives.
    const goal = capacityPerSecond * (1 + GROWTH);
    const returned = follow(admissiblePerSecond, goal, 1 - (1 - RETURN) ** intervals);
    return { admissiblePerSecond: returned, capacityPerSecond, quietIntervals: 0 };
  }
  const growth = Math.min(MAX_GROWTH, GROWTH * 2 ** quietIntervals);
  return {
    admissiblePerSecond: admissiblePerSecond * (1 + growth) ** intervals,
    capacityPerSecond,
    quietIntervals: quietIntervals + intervals,
  };
}

function shareOver(admissiblePerSecond: number, offeredPerSecond: number): number {
  if (offeredPerSecond <= admissiblePerSecond) return 0;
  return Math.min(MAX_SHARE, 1 - admissiblePerSecond / offeredPerSecond);
}

function follow(mean: number, value: number, weight: number): number {
  return mean + (value - mean) * weight;
}

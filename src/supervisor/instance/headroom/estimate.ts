import { poolCapacity, waitingShare } from './pool.ts';
import { processorCapacity } from './processor.ts';
import { ANYTHING, type Range } from './range.ts';
import { mean, sum, type Window } from './window.ts';

/** What would be full first. `overload`: it was full, and what it completed then was counted. */
export type Bottleneck = 'event-loop' | 'processor' | 'pool' | 'limit' | 'overload';

/** Why there is no estimate. */
export type Unknown =
  /** Not enough requests, or not for long enough. */
  | 'too-little-traffic'
  /** Latency does not grow with the load yet, so what requests wait for could take a little more or much more. */
  | 'no-waiting-seen'
  /** What was measured allows for capacities that are too far apart. */
  | 'too-uncertain';

/** Requests a second that an instance could complete, of the present mix. */
export type Capacity =
  | {
      readonly kind: 'known';
      readonly rps: number;
      readonly lowRps: number;
      readonly highRps: number;
      readonly bottleneck: Bottleneck;
    }
  | { readonly kind: 'unknown'; readonly why: Unknown; readonly atLeastRps: number };

export interface Given {
  /** The oldest first. */
  readonly windows: readonly Window[];
  /** How many workers there are now. */
  readonly workers: number;
  /** Cores of the machine or the control group. */
  readonly cores: number;
  /** The limit of requests in flight is a number that the user has set. */
  readonly hasFixedLimit: boolean;
}

/** Two minutes of windows of 10 s. */
const MIN_WINDOWS = 12;
/** Completions, for means that are known to a few percent. */
const MIN_REQUESTS = 1000;
/** The present mix is that of the last windows. */
const RECENT_WINDOWS = 30;

/** From this share of shed requests on a window shows what the instance completes when it is full; that many are needed. */
const FULL_FROM = 0.05;
const MIN_FULL_WINDOWS = 3;
/** How busy the event loop or how near the limit is then, at least: what a stalled machine sheds shows nothing. */
const MIN_FULL_USE = 0.8;
/** Of what is completed under overload. */
const FULL_ERROR = 0.1;

/** Below this share of time that requests wait, what they wait for is never full before the event loop. */
const MIN_WAITING_SHARE = 0.25;
/** Utilization of the limit from which it can be extrapolated; requests in flight are read once a second. */
const MIN_LIMIT_USE = 0.1;
const LIMIT_ERROR = 0.15;

/** How far another bottleneck's lower bound may lie below the capacity. */
const SLACK = 0.9;
/** Ratio of the highest to the lowest capacity that is possible; beyond it there is no estimate. */
const MAX_SPREAD = 1.6;

/** Estimates the capacity of an instance from its ordinary traffic. */
export function estimateCapacity({ windows, workers, cores, hasFixedLimit }: Given): Capacity {
  const used = windows.filter(({ rps }) => rps > 0);
  const recent = used.slice(-RECENT_WINDOWS);
  const full = recent.filter(isFull);
  const completed = mean(full.map((window) => window.rps));
  // After a pause of the machine more is completed without shedding.
  const isMost = recent.every((window) => isFull(window) || window.rps <= completed);
  const isUsed = mean(full.map(({ busy, limitUse }) => Math.max(busy, limitUse))) >= MIN_FULL_USE;
  if (full.length >= MIN_FULL_WINDOWS && isMost && isUsed) {
    const rps = workers * completed;
    return {
      kind: 'known',
      rps,
      lowRps: rps * (1 - FULL_ERROR),
      highRps: rps * (1 + FULL_ERROR),
      bottleneck: 'overload',
    };
  }
  const calm = used.filter((window) => !isFull(window));
  const requests = sum(calm.map((window) => window.rps * window.seconds * window.workers));
  if (calm.length < MIN_WINDOWS || requests < MIN_REQUESTS) {
    return { kind: 'unknown', why: 'too-little-traffic', atLeastRps: 0 };
  }
  const waits = waitingShare(calm) >= MIN_WAITING_SHARE;
  const ranges: readonly (readonly [Bottleneck, Range])[] = [
    ['event-loop', processorCapacity(calm, recent, (window) => window.busy, 1)],
    ['processor', processorCapacity(calm, recent, (window) => window.cores, cores / workers)],
    ...(hasFixedLimit ? [['limit', limitCapacity(calm)] as const] : []),
    ...(waits ? [['pool', poolCapacity(calm)] as const] : []),
  ];
  return combine(ranges, workers);
}

/** The smallest capacity counts, where it is certain that none of the others is smaller. */
function combine(ranges: readonly (readonly [Bottleneck, Range])[], workers: number): Capacity {
  const [bottleneck, smallest] = ranges.reduce((a, b) =>
    b[1].value < a[1].value || Number.isNaN(a[1].value) ? b : a,
  );
  const low = Math.min(...ranges.map(([, range]) => range.low));
  const high = Math.min(...ranges.map(([, range]) => range.high));
  const atLeastRps = workers * low;
  const { value } = smallest;
  if (Number.isNaN(value)) return { kind: 'unknown', why: 'too-uncertain', atLeastRps };
  if (ranges.some(([, range]) => Number.isNaN(range.value) && range.low < SLACK * value)) {
    return { kind: 'unknown', why: 'no-waiting-seen', atLeastRps };
  }
  const lowRps = Math.min(value, Math.max(low, 0));
  if (high > MAX_SPREAD * lowRps) return { kind: 'unknown', why: 'too-uncertain', atLeastRps };
  return {
    kind: 'known',
    rps: workers * value,
    lowRps: workers * lowRps,
    highRps: workers * high,
    bottleneck,
  };
}

/** Little's law: requests in flight grow with the rate while latency stays, up to the limit. */
function limitCapacity(windows: readonly Window[]): Range {
  const use = mean(windows.map(({ limitUse }) => limitUse));
  if (use < MIN_LIMIT_USE) return { ...ANYTHING, low: mean(windows.map(({ rps }) => rps)) / MIN_LIMIT_USE };
  const value = mean(windows.map(({ rps }) => rps)) / use;
  return { low: value * (1 - LIMIT_ERROR), value, high: value * (1 + LIMIT_ERROR) };
}

function isFull({ rps, shedRps }: Window): boolean {
  return shedRps > FULL_FROM * (rps + shedRps);
}

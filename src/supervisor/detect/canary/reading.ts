// What a worker has done, as far as a rolling restart compares it: counters at a moment, and what lies between two moments.

import type { RouteCounts } from '../../workers/counters/route-counts.ts';

/** The old generation and what JavaScript holds outside of the heap, in bytes. */
export interface HeapReading {
  readonly majorCollections: number;
  /** In use, garbage included. */
  readonly usedBytes: number;
  /** Alive after the last major collection; 0 before the first. */
  readonly liveBytes: number;
}

/** A worker at a moment. Counters count since its start. */
export interface Reading {
  /** By route and method. */
  readonly routes: ReadonlyMap<string, RouteCounts>;
  /** Undefined where the system doesn't say. */
  readonly cpuSeconds: number | undefined;
  /** 99th percentile of event-loop delay over the last second; undefined before the first sample. */
  readonly loopDelayMs: number | undefined;
  readonly heap: HeapReading | undefined;
}

/** What one worker, or several together, did in an interval. */
export interface Activity {
  readonly routes: ReadonlyMap<string, RouteCounts>;
  readonly answered: number;
  readonly failed: number;
  /** Undefined where one of them is not known. */
  readonly cpuSeconds: number | undefined;
  /** The largest of the interval, averaged over workers. */
  readonly loopDelayMs: number | undefined;
}

export const NO_COUNTS: RouteCounts = Object.freeze({ answered: 0, failed: 0, logSeconds: 0 });

export const NO_ACTIVITY: Activity = Object.freeze({
  routes: new Map(),
  answered: 0,
  failed: 0,
  cpuSeconds: 0,
  loopDelayMs: undefined,
});

export function activityBetween(before: Reading, after: Reading): Activity {
  const routes = new Map<string, RouteCounts>();
  for (const [route, now] of after.routes) {
    const then = before.routes.get(route) ?? NO_COUNTS;
    // A failure may be counted a moment before or after a shed request of its route.
    const answered = Math.max(0, now.answered - then.answered);
    if (answered === 0) continue;
    const failed = Math.min(answered, Math.max(0, now.failed - then.failed));
    routes.set(route, { answered, failed, logSeconds: now.logSeconds - then.logSeconds });
  }
  return {
    routes,
    ...totalsOf(routes),
    cpuSeconds: plus(after.cpuSeconds, before.cpuSeconds === undefined ? undefined : -before.cpuSeconds),
    loopDelayMs: after.loopDelayMs,
  };
}

/** One after the other. */
export function joined(first: Activity, second: Activity): Activity {
  const delays = [first.loopDelayMs, second.loopDelayMs].filter((each) => each !== undefined);
  return { ...sum(first, second), loopDelayMs: delays.length === 0 ? undefined : Math.max(...delays) };
}

/** Several workers at the same time. */
export function together(activities: readonly Activity[]): Activity {
  const delays = activities.map(({ loopDelayMs }) => loopDelayMs).filter((each) => each !== undefined);
  return {
    ...activities.reduce(sum, NO_ACTIVITY),
    loopDelayMs:
      delays.length === 0 ? undefined : delays.reduce((total, each) => total + each, 0) / delays.length,
  };
}

function sum(one: Activity, other: Activity): Activity {
  const routes = new Map(one.routes);
  for (const [route, counts] of other.routes) {
    const own = routes.get(route) ?? NO_COUNTS;
    routes.set(route, {
      answered: own.answered + counts.answered,
      failed: own.failed + counts.failed,
      logSeconds: own.logSeconds + counts.logSeconds,
    });
  }
  return {
    routes,
    answered: one.answered + other.answered,
    failed: one.failed + other.failed,
    cpuSeconds: plus(one.cpuSeconds, other.cpuSeconds),
    loopDelayMs: undefined,
  };
}

function totalsOf(routes: ReadonlyMap<string, RouteCounts>): Pick<Activity, 'answered' | 'failed'> {
  let answered = 0;
  let failed = 0;
  for (const counts of routes.values()) {
    answered += counts.answered;
    failed += counts.failed;
  }
  return { answered, failed };
}

function plus(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}

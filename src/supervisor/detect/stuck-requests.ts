import type { WatchdogReport } from '../../worker/index.ts';
import { duration, percent } from './figures.ts';
import type { Finding } from './finding.ts';
import type { ResolvedStuckRequests } from './options.ts';

/** Above this share of its time an event loop has so much to do that requests may wait for it. */
const IDLE = 0.5;

/** A long poll is not stuck for as long as one like it has taken, and half of that. */
const USUAL = 1.5;

/**
 * Of a worker that has never answered anything nothing is known about what is usual. Long polls last up to a minute, mostly, so it is
 * given this multiple.
 */
const UNKNOWN = 4;

/** Clients that give up come again after a pause; with a longer one there is nobody left who waits. */
const QUIET_MS = 5000;

/** What is remembered of one worker. */
export interface Silence {
  /** Requests that were answered when it began. */
  readonly answered: number;
  /** Requests that were given up when it began. */
  readonly abandoned: number;
  /** Since when nobody waits; undefined while somebody does. */
  readonly quietSinceMs: number | undefined;
  /** Since when as many wait, or have been given up, as it takes; undefined while there are fewer. */
  readonly enoughSinceMs: number | undefined;
  /** Sum and number of the loop's utilizations since then. */
  readonly busy: number;
  readonly reports: number;
}

interface Judgement {
  readonly silence: Silence;
  readonly finding: Finding | undefined;
}

/**
 * Requests wait, none is answered, and there is nothing to do: what they wait for does not come. Responses that have begun, event streams and
 * WebSockets are not waited for; requests whose clients gave up are no answers.
 */
export function findStuckRequests(
  before: Silence | undefined,
  id: number,
  report: WatchdogReport,
  nowMs: number,
  options: ResolvedStuckRequests,
): Judgement {
  const silence = follow(before, report, nowMs, options.atLeast);
  return { silence, finding: judge(silence, id, report, nowMs, options) };
}

function follow(
  before: Silence | undefined,
  { completions, abandoned, waiting, utilization }: WatchdogReport,
  nowMs: number,
  atLeast: number,
): Silence {
  const answered = completions - abandoned;
  const quietSinceMs = waiting > 0 ? undefined : (before?.quietSinceMs ?? nowMs);
  const isQuiet = quietSinceMs !== undefined && nowMs - quietSinceMs >= QUIET_MS;
  const base =
    before === undefined || answered !== before.answered || isQuiet
      ? { answered, abandoned, enoughSinceMs: undefined, busy: 0, reports: 0 }
      : before;
  if (waiting + abandoned - base.abandoned < atLeast) {
    return { ...base, quietSinceMs, enoughSinceMs: undefined, busy: 0, reports: 0 };
  }
  return {
    ...base,
    quietSinceMs,
    enoughSinceMs: base.enoughSinceMs ?? nowMs,
    busy: base.busy + utilization,
    reports: base.reports + 1,
  };
}

function judge(
  { answered, abandoned, enoughSinceMs, busy, reports }: Silence,
  id: number,
  report: WatchdogReport,
  nowMs: number,
  { afterMs }: ResolvedStuckRequests,
): Finding | undefined {
  if (enoughSinceMs === undefined || report.waiting === 0) return undefined;
  const silentMs = nowMs - enoughSinceMs;
  const least = answered === 0 ? UNKNOWN * afterMs : Math.max(afterMs, USUAL * report.longestWaitMs);
  const utilization = busy / reports;
  if (silentMs < least || utilization > IDLE) return undefined;
  const gaveUp = report.abandoned - abandoned;
  const waiting = `${report.waiting} ${report.waiting === 1 ? 'request waits' : 'requests wait'}`;
  return {
    cause: 'stuck-requests',
    severity: 'replace',
    summary: `worker ${id} has answered nothing for ${duration(silentMs)} although its event loop is idle: ${waiting}`,
    facts: [
      `${waiting} for an answer, the oldest for ${duration(report.oldestWaitingMs)}`,
      ...(gaveUp === 0 ? [] : [`${gaveUp} more were given up by their clients`]),
      `its event loop was busy for ${percent(utilization)} of that time`,
      report.longestWaitMs === 0
        ? 'no request that was answered has waited as long as a second or two before'
        : `the longest that a request has waited that was answered is ${duration(report.longestWaitMs)}`,
    ],
  };
}

import { percent } from '../../../core/units.ts';
import type { Traffic, Unanswered, WatchdogReport } from '../../../worker/index.ts';
import { duration } from './figures.ts';
import type { Finding } from './finding.ts';
import type { ResolvedStuckRequests } from './stuck-requests-options.ts';
import type { UsualWaits } from './usual-waits.ts';

/** Above this share of its time an event loop has so much to do that requests may wait for it. */
const IDLE = 0.5;

/** Requests of a kind that is slow by nature are overdue after this multiple of `afterMs` at the earliest: long polls last up to a minute. */
const SLOW = 4;

/** Without another worker that answers the same it takes this many times as many requests, or as long. */
const ALONE = 2;

/** Share of `afterMs` after which an answer of another worker shows that what this one waits for works: when a dependency fails, all stop within seconds. */
const LATER = 1 / 3;

/** How long a request that was given up shows that requests still come, in ms: clients come again after a pause. */
const RECENT_MS = 5000;

/** Requests that were given up count until none was for this long, in ms. */
const FORGOTTEN_MS = 600_000;

/** The main thread tells of its traffic once a second; what it said longer ago than this says nothing, in ms. */
const STALE_MS = 3000;

/** How far back a message about traffic reaches, in ms. */
const TOLD_MS = 1000;

/**
 * Finds a worker that answers nothing although its event loop is idle: what its requests wait for does not come. It counts requests
 * that are overdue, that is, that have waited longer than is usual for their kind, whether their clients still wait or have given up.
 * They add up, over pauses too, until the worker answers anything.
 *
 * Responses that have begun, event streams and WebSockets are answers; a kind that was never answered is unknown, not stuck. Pure.
 */
export class StuckRequests {
  readonly #id: number;
  readonly #options: ResolvedStuckRequests;
  readonly #usual: UsualWaits;
  /** Requests that the worker had answered when the silence began, and when that was. */
  #answered: number | undefined;
  #sinceMs = 0;
  /** Requests that were given up when they were overdue, by kind. */
  #gaveUp = new Map<string, number>();
  /** When the first of them arrived, and when the last was given up. */
  #firstMs = Infinity;
  #lastMs = -Infinity;
  #waiting: readonly Unanswered[] = [];
  #heardMs = -Infinity;
  /** Sum and number of the event loop's utilizations while requests were overdue. */
  #busy = 0;
  #reports = 0;

  constructor(id: number, options: ResolvedStuckRequests, usual: UsualWaits) {
    this.#id = id;
    this.#options = options;
    this.#usual = usual;
  }

  /** The worker has told what became of its requests in the last second. */
  heard({ gaveUp, waiting }: Traffic, nowMs: number): void {
    this.#waiting = waiting;
    this.#heardMs = nowMs;
    // Some of these may have given up before the last answer.
    if (nowMs - TOLD_MS < this.#sinceMs) return;
    for (const request of gaveUp) {
      if (!this.#isOverdue(request, nowMs)) continue;
      this.#gaveUp.set(request.kind, (this.#gaveUp.get(request.kind) ?? 0) + 1);
      this.#firstMs = Math.min(this.#firstMs, nowMs - request.waitedMs);
      this.#lastMs = nowMs;
    }
  }

  judge(report: WatchdogReport, nowMs: number): Finding | undefined {
    const answered = report.completions - report.abandoned;
    if (answered !== this.#answered) this.#begin(answered, nowMs);
    if (this.#gaveUp.size > 0 && nowMs - this.#lastMs > FORGOTTEN_MS) this.#begin(answered, this.#sinceMs);
    const waiting = this.#overdue(nowMs);
    const counts = new Map(this.#gaveUp);
    for (const { kind } of waiting) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (counts.size === 0) {
      this.#busy = 0;
      this.#reports = 0;
      return undefined;
    }
    this.#busy += report.utilization;
    this.#reports += 1;
    if (waiting.length === 0 && nowMs - this.#lastMs > RECENT_MS) return undefined;
    const firstMs = Math.min(this.#firstMs, ...waiting.map(({ waitedMs }) => nowMs - waitedMs));
    const sinceMs = Math.max(this.#sinceMs, firstMs);
    const silentMs = nowMs - sinceMs;
    const elsewhere = [...counts.keys()].filter((kind) =>
      this.#usual.isAnsweredElsewhere(kind, this.#id, sinceMs + LATER * this.#options.afterMs),
    );
    const isStuck = this.#isEnough(silentMs, sumOf(counts, counts.keys()), sumOf(counts, elsewhere));
    if (!isStuck || this.#busy / this.#reports > IDLE) return undefined;
    return this.#finding(report, silentMs, counts, elsewhere);
  }

  #begin(answered: number, nowMs: number): void {
    this.#answered = answered;
    this.#sinceMs = nowMs;
    this.#gaveUp = new Map();
    this.#firstMs = Infinity;
    this.#lastMs = -Infinity;
    this.#busy = 0;
    this.#reports = 0;
  }

  #isOverdue({ kind, waitedMs }: Unanswered, nowMs: number): boolean {
    return waitedMs >= this.#usual.overdueMs(kind, this.#id, nowMs, SLOW * this.#options.afterMs);
  }

  /** Those that wait, and how long they have by now. */
  #overdue(nowMs: number): readonly Unanswered[] {
    const agoMs = nowMs - this.#heardMs;
    if (agoMs > STALE_MS) return [];
    return this.#waiting
      .map(({ kind, waitedMs }) => ({ kind, waitedMs: waitedMs + agoMs }))
      .filter((request) => this.#isOverdue(request, nowMs));
  }

  /** @param confirmed Of the overdue requests those of kinds that another worker answers meanwhile. */
  #isEnough(silentMs: number, overdue: number, confirmed: number): boolean {
    const { afterMs, atLeast } = this.#options;
    if (silentMs < afterMs || overdue < atLeast) return false;
    return confirmed >= atLeast || overdue >= ALONE * atLeast || silentMs >= ALONE * afterMs;
  }

  #finding(
    { waiting, oldestWaitingMs }: WatchdogReport,
    silentMs: number,
    counts: ReadonlyMap<string, number>,
    elsewhere: readonly string[],
  ): Finding {
    const gaveUp = sumOf(this.#gaveUp, this.#gaveUp.keys());
    const waits = `${waiting} ${waiting === 1 ? 'request waits' : 'requests wait'}`;
    const left = `${gaveUp} ${gaveUp === 1 ? 'request was' : 'requests were'} given up by ${gaveUp === 1 ? 'its client' : 'their clients'}`;
    const [most = ''] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? [];
    return {
      cause: 'stuck-requests',
      severity: 'replace',
      summary: `worker ${this.#id} has answered nothing for ${duration(silentMs)} although its event loop is idle: ${waiting === 0 ? left : waits}`,
      facts: [
        ...(waiting === 0 ? [] : [`${waits} for an answer, the oldest for ${duration(oldestWaitingMs)}`]),
        ...(gaveUp === 0 ? [] : [left]),
        ...(elsewhere.length === 0
          ? []
          : [`other workers answer ${elsewhere.slice(0, 3).join(', ')} meanwhile`]),
        `its event loop was busy for ${percent(this.#busy / this.#reports)} of that time`,
        `most are of the kind ${most}, which is usually answered sooner`,
      ],
      isAnsweredElsewhere: elsewhere.length > 0,
    };
  }
}

function sumOf(counts: ReadonlyMap<string, number>, kinds: Iterable<string>): number {
  let sum = 0;
  for (const kind of kinds) sum += counts.get(kind) ?? 0;
  return sum;
}

import { performance } from 'node:perf_hooks';
import { type Classifier, createClassifier, type RouteClass } from './classify.ts';
import { CRITICALITIES, type ResolvedAdmissionOptions, type ShedStatus } from './options.ts';
import { DrainEstimate, retryAfterSeconds } from './retry-after.ts';
import { type AdmissionCount, type AdmissionStats, SHED_REASONS, type ShedReason } from './stats.ts';
import { TurnBudget } from './turn-budget.ts';
import { Turn } from './turn.ts';

/** A request was shed; the caller answers it with this. A value, not an error: being shed is normal. */
export interface Shed {
  readonly status: ShedStatus;
  readonly reason: ShedReason;
  readonly retryAfterSeconds: number;
}

/** The body of a request that says neither its length nor that it has none. */
export const UNKNOWN_LENGTH = -1;

/** Sees every request end, for measuring. Called once for each, also for shed ones (then with 0 seconds). */
export interface RequestObserver {
  observe(route: string, method: string, status: number, seconds: number): void;
}

/** The right to run one request, and what it holds until it is released. */
export class Permit {
  readonly #admission: Admission;
  readonly #tally: Tally;
  readonly #method: string;
  readonly #startedMs: number;
  #heldBytes = 0;
  #released = false;

  constructor(admission: Admission, tally: Tally, method: string, startedMs: number) {
    this.#admission = admission;
    this.#tally = tally;
    this.#method = method;
    this.#startedMs = startedMs;
  }

  /**
   * Charges bytes of the request's body to the budget, beforehand or as they arrive. False when the budget is spent and
   * others hold a part of it, so that this request should be ended.
   */
  charge(bytes: number): boolean {
    if (this.#released || this.#tally.criticality === 'exempt') return true;
    this.#heldBytes += bytes;
    return this.#admission.hold(bytes, this.#heldBytes);
  }

  /** The body ran over the budget: counts the request as shed after all. It still has to be released. */
  overrun(): Shed {
    return this.#admission.overrun(this.#tally);
  }

  /** Gives everything back. Only the first call counts. */
  release(status: number): void {
    if (this.#released) return;
    this.#released = true;
    this.#admission.settle(this.#tally, this.#heldBytes, this.#method, status, this.#startedMs);
  }
}

/** Counts of one configured route. */
interface Tally extends RouteClass {
  /** Index of its class in `CRITICALITIES`; -1 when exempt. */
  readonly rank: number;
  readonly status: ShedStatus;
  /** Utilization in requests, and in bytes, from which this route is shed. */
  readonly shedFromInFlight: number;
  readonly shedFromBytes: number;
  admitted: number;
  readonly shed: Record<ShedReason, number>;
}

/** Decides which requests run. One for a server (`protect`) or for a process (`respite run`). */
export class Admission {
  /** Set by whoever measures request durations. */
  observer: RequestObserver | undefined;
  /** Decide and count, but let every request through. May change at any time. */
  dryRun: boolean;

  readonly #options: ResolvedAdmissionOptions;
  readonly #classifier: Classifier;
  readonly #tallies = new Map<RouteClass, Tally>();
  readonly #turn: Turn;
  readonly #turnBudget: TurnBudget | undefined;
  readonly #now: () => number;
  readonly #drain: DrainEstimate;
  /** Requests that count against the limit. */
  #inFlight = 0;
  /** All requests under way, exempt ones included: what a drain waits for. */
  #active = 0;
  #bytesInFlight = 0;

  /** @param now Milliseconds from any origin. */
  constructor(options: ResolvedAdmissionOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.dryRun = options.dryRun;
    this.#now = now;
    this.#drain = new DrainEstimate(now());
    this.#classifier = createClassifier(options);
    const { turnBudget, thresholds, statuses } = options;
    const budget = turnBudget === false ? undefined : new TurnBudget(turnBudget, now());
    this.#turnBudget = budget;
    this.#turn = new Turn(() => budget?.turnEnded(now()));
    for (const routeClass of this.#classifier.classes) {
      const { criticality } = routeClass;
      const threshold = criticality === 'exempt' ? Infinity : thresholds[criticality];
      this.#tallies.set(routeClass, {
        ...routeClass,
        rank: criticality === 'exempt' ? -1 : CRITICALITIES.indexOf(criticality),
        status: criticality === 'exempt' ? 503 : statuses[criticality],
        shedFromInFlight: options.limit * threshold,
        shedFromBytes: options.bodyBudgetBytes * threshold,
        admitted: 0,
        shed: { 'in-flight': 0, bytes: 0, turn: 0 },
      });
    }
  }

  /** All requests under way now, exempt ones included. */
  get active(): number {
    return this.#active;
  }

  /**
   * Decides on one request.
   *
   * @param target Path and query, as in the request line.
   * @param bodyBytes `Content-Length`, 0 for no body, or {@link UNKNOWN_LENGTH}.
   */
  request(method: string, target: string, bodyBytes: number): Permit | Shed {
    const tally = this.#tallyOf(method, target);
    const nowMs = this.#now();
    const reason = this.#shedReason(tally, bodyBytes, nowMs);
    if (reason !== undefined) {
      tally.shed[reason] += 1;
      if (!this.dryRun) return this.#shed(tally, method, reason);
    } else {
      tally.admitted += 1;
    }
    this.#active += 1;
    if (tally.criticality !== 'exempt') this.#inFlight += 1;
    const permit = new Permit(this, tally, method, nowMs);
    if (bodyBytes > 0) permit.charge(bodyBytes);
    return permit;
  }

  /** For {@link Permit}. */
  hold(bytes: number, heldByRequest: number): boolean {
    this.#bytesInFlight += bytes;
    return (
      this.#bytesInFlight <= this.#options.bodyBudgetBytes ||
      this.#bytesInFlight === heldByRequest ||
      this.dryRun
    );
  }

  /** For {@link Permit}. */
  settle(tally: Tally, heldBytes: number, method: string, status: number, startedMs: number): void {
    const nowMs = this.#now();
    const seconds = (nowMs - startedMs) / 1000;
    this.#active -= 1;
    this.#bytesInFlight -= heldBytes;
    if (tally.criticality !== 'exempt') {
      this.#inFlight -= 1;
      this.#drain.completed(seconds, nowMs);
    }
    this.observer?.observe(tally.route, method, status, seconds);
  }

  /** For {@link Permit}. */
  overrun(tally: Tally): Shed {
    tally.shed.bytes += 1;
    return { status: tally.status, reason: 'bytes', retryAfterSeconds: this.#retryAfterSeconds() };
  }

  stats(): AdmissionStats {
    const { limit, bodyBudgetBytes } = this.#options;
    return {
      limit,
      inFlight: this.#inFlight,
      bodyBudgetBytes,
      bytesInFlight: this.#bytesInFlight,
      utilization: Math.max(this.#inFlight / limit, this.#bytesInFlight / bodyBudgetBytes),
      requests: [...this.#counts()],
    };
  }

  #tallyOf(method: string, target: string): Tally {
    const tally = this.#tallies.get(this.#classifier.classify(method, target));
    if (tally === undefined) throw new TypeError('the classifier invented a class');
    return tally;
  }

  #shedReason(tally: Tally, bodyBytes: number, nowMs: number): ShedReason | undefined {
    if (this.#inFlight >= tally.shedFromInFlight) return 'in-flight';
    if (!this.#hasRoomFor(bodyBytes, tally)) return 'bytes';
    const budget = this.#turnBudget;
    return budget === undefined || budget.admits(tally.rank, this.#turn.elapsedMs(nowMs))
      ? undefined
      : 'turn';
  }

  #hasRoomFor(bodyBytes: number, { shedFromBytes }: Tally): boolean {
    if (bodyBytes === 0 || this.#bytesInFlight === 0) return true;
    // A body of unknown length fits as long as there is room at all; it is charged as it arrives.
    const wanted = bodyBytes === UNKNOWN_LENGTH ? 1 : bodyBytes;
    return this.#bytesInFlight + wanted <= shedFromBytes;
  }

  #shed({ route, status }: Tally, method: string, reason: ShedReason): Shed {
    this.observer?.observe(route, method, status, 0);
    return { status, reason, retryAfterSeconds: this.#retryAfterSeconds() };
  }

  #retryAfterSeconds(): number {
    return retryAfterSeconds(this.#drain.seconds(this.#now()), Math.random());
  }

  *#counts(): Generator<AdmissionCount> {
    const shedDecision = this.dryRun ? 'would-shed' : 'shed';
    for (const { criticality, route, admitted, shed } of this.#tallies.values()) {
      if (admitted > 0) yield { decision: 'admitted', reason: '', criticality, route, count: admitted };
      for (const reason of SHED_REASONS) {
        const count = shed[reason];
        if (count > 0) yield { decision: shedDecision, reason, criticality, route, count };
      }
    }
  }
}

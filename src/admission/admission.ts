import { performance } from 'node:perf_hooks';
import { type Classifier, createClassifier, type RouteClass } from './classify.ts';
import type { ResolvedAdmissionOptions } from './options.ts';
import { DrainEstimate, retryAfterSeconds } from './retry-after.ts';
import type { AdmissionCount, AdmissionStats, ShedReason } from './stats.ts';

/** A request was shed; the caller answers it with this. A value, not an error: being shed is normal. */
export interface Shed {
  /** 429 when a sheddable class makes room for others, 503 when this instance is full. */
  readonly status: 429 | 503;
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

  constructor(admission: Admission, tally: Tally, method: string) {
    this.#admission = admission;
    this.#tally = tally;
    this.#method = method;
    this.#startedMs = performance.now();
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

  readonly #options: ResolvedAdmissionOptions;
  readonly #classifier: Classifier;
  readonly #tallies = new Map<RouteClass, Tally>();
  readonly #drain = new DrainEstimate(performance.now());
  /** Requests that count against the limit. */
  #inFlight = 0;
  /** All requests under way, exempt ones included: what a drain waits for. */
  #active = 0;
  #bytesInFlight = 0;

  constructor(options: ResolvedAdmissionOptions) {
    this.#options = options;
    this.#classifier = createClassifier(options);
    for (const routeClass of this.#classifier.classes) {
      const threshold =
        routeClass.criticality === 'exempt' ? Infinity : options.thresholds[routeClass.criticality];
      this.#tallies.set(routeClass, {
        ...routeClass,
        shedFromInFlight: options.limit * threshold,
        shedFromBytes: options.bodyBudgetBytes * threshold,
        admitted: 0,
        shed: { 'in-flight': 0, bytes: 0 },
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
    const reason = this.#shedReason(tally, bodyBytes);
    if (reason !== undefined) {
      tally.shed[reason] += 1;
      if (!this.#options.dryRun) return this.#shed(tally, method, reason, bodyBytes);
    } else {
      tally.admitted += 1;
    }
    this.#active += 1;
    if (tally.criticality !== 'exempt') this.#inFlight += 1;
    const permit = new Permit(this, tally, method);
    if (bodyBytes > 0) permit.charge(bodyBytes);
    return permit;
  }

  /** For {@link Permit}. */
  hold(bytes: number, heldByRequest: number): boolean {
    this.#bytesInFlight += bytes;
    return (
      this.#bytesInFlight <= this.#options.bodyBudgetBytes ||
      this.#bytesInFlight === heldByRequest ||
      this.#options.dryRun
    );
  }

  /** For {@link Permit}. */
  settle(tally: Tally, heldBytes: number, method: string, status: number, startedMs: number): void {
    const nowMs = performance.now();
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
    return { status: 503, reason: 'bytes', retryAfterSeconds: this.#retryAfterSeconds() };
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

  #shedReason(tally: Tally, bodyBytes: number): ShedReason | undefined {
    if (this.#inFlight >= tally.shedFromInFlight) return 'in-flight';
    if (bodyBytes === 0 || this.#bytesInFlight === 0) return undefined;
    // A body of unknown length fits as long as there is room at all; it is charged as it arrives.
    const wanted = bodyBytes === UNKNOWN_LENGTH ? 1 : bodyBytes;
    return this.#bytesInFlight + wanted > tally.shedFromBytes ? 'bytes' : undefined;
  }

  #shed(tally: Tally, method: string, reason: ShedReason, bodyBytes: number): Shed {
    const { limit, bodyBudgetBytes } = this.#options;
    const full = this.#inFlight >= limit || this.#bytesInFlight + Math.max(bodyBytes, 0) > bodyBudgetBytes;
    const status = full ? 503 : 429;
    this.observer?.observe(tally.route, method, status, 0);
    return { status, reason, retryAfterSeconds: this.#retryAfterSeconds() };
  }

  #retryAfterSeconds(): number {
    return retryAfterSeconds(this.#drain.seconds(performance.now()), Math.random());
  }

  *#counts(): Generator<AdmissionCount> {
    const shedDecision = this.#options.dryRun ? 'would-shed' : 'shed';
    for (const { criticality, route, admitted, shed } of this.#tallies.values()) {
      if (admitted > 0) yield { decision: 'admitted', reason: '', criticality, route, count: admitted };
      for (const reason of ['in-flight', 'bytes'] as const) {
        const count = shed[reason];
        if (count > 0) yield { decision: shedDecision, reason, criticality, route, count };
      }
    }
  }
}

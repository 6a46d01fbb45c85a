import type { IncomingHttpHeaders } from 'node:http';
import { performance } from 'node:perf_hooks';
import { type Classifier, createClassifier } from './classify.ts';
import { costOf } from './cost.ts';
import { remainingMs } from './deadline.ts';
import { InFlight } from './in-flight.ts';
import { AdaptiveLimit, fixedLimit, type Limit, type Outcome } from './limit/index.ts';
import type { ResolvedAdmissionOptions, ShedStatus } from './options.ts';
import { Permit } from './permit.ts';
import type { ResolvedRoutePolicy } from './policy.ts';
import { DrainEstimate, retryAfterSeconds } from './retry-after.ts';
import type { AdmissionStats, ShedReason } from './stats.ts';
import { Tallies, type Tally } from './tally.ts';
import { Turn } from './turn.ts';

/** A request was shed; the caller answers it with this. A value, not an error: being shed is normal. */
export interface Shed {
  readonly status: ShedStatus;
  readonly reason: ShedReason;
  readonly retryAfterSeconds: number;
}

/** The body of a request that says neither its length nor that it has none. */
export const UNKNOWN_LENGTH = -1;

/** Sees every request, for measuring. */
export interface RequestObserver {
  /** Called for each request that is let in, before its handler; `target` is as in the request line. */
  started(method: string, target: string): void;
  /** Called once for each when it ends, also for shed ones (then with 0 seconds). */
  observe(route: string, method: string, status: number, seconds: number): void;
}

/** A request in flight whose class turned out to be another: what it is now, and what it holds. */
export interface Reclassified {
  readonly tally: Tally;
  readonly units: number;
  readonly heldUnits: number;
  readonly heldBytes: number;
  readonly deadlineMs: number | undefined;
  readonly arrivedMs: number;
}

/** Decides which requests run. One for a server (`protect`) or for a process (`respite run`). */
export class Admission {
  /** Set by whoever measures request durations. */
  observer: RequestObserver | undefined;
  /** Decide and count, but let every request through. May change at any time. */
  dryRun: boolean;
  /**
   * Says how many connections one turn of the event loop can accept: when it has, more may be waiting in the kernel,
   * unseen. Set by whoever knows.
   */
  acceptsPerTurn: () => number = () => Infinity;

  readonly #options: ResolvedAdmissionOptions;
  readonly #classifier: Classifier;
  readonly #tallies: Tallies;
  /** Undefined when a turn may take as long as it likes. */
  readonly #turn: Turn | undefined;
  readonly #now: () => number;
  readonly #drain: DrainEstimate;
  readonly #inFlight = new InFlight();
  readonly #limit: Limit;
  /** All requests under way, exempt ones included: what a drain waits for. */
  #active = 0;
  #completed = 0;
  #bytesInFlight = 0;

  /** @param now Milliseconds from any origin. */
  constructor(options: ResolvedAdmissionOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.dryRun = options.dryRun;
    this.#now = now;
    this.#drain = new DrainEstimate(now());
    this.#classifier = createClassifier(options);
    this.#tallies = new Tallies(options);
    const { limit } = options;
    this.#limit = limit === 'adaptive' ? new AdaptiveLimit(options.adaptiveLimit, now()) : fixedLimit(limit);
    if (options.turnBudget !== false) {
      this.#turn = new Turn(options.turnBudget, now, () => this.acceptsPerTurn());
    }
  }

  /** All requests under way now, exempt ones included. */
  get active(): number {
    return this.#active;
  }

  /** Requests that were let in and have ended, exempt ones not included: what is done, and not only asked for. */
  get completed(): number {
    return this.#completed;
  }

  /** A connection was accepted. */
  accepted(): void {
    this.#turn?.accepted();
  }

  /**
   * Makes a route of the user's framework known before its first request: its template is the label of its requests, and
   * its policy holds from the start. A configured route that matches wins.
   *
   * @param pattern `GET /users/:id`, or `/users/:id` for any method.
   */
  addRoute(pattern: string, policy?: ResolvedRoutePolicy): void {
    this.#classifier.addRoute(pattern, policy);
  }

  /**
   * Decides on one request.
   *
   * @param target Path and query, as in the request line.
   * @param bodyBytes `Content-Length`, 0 for no body, or {@link UNKNOWN_LENGTH}.
   */
  request(method: string, target: string, bodyBytes: number, headers: IncomingHttpHeaders): Permit | Shed {
    const { policy, route } = this.#classifier.classify(method, target);
    const tally = this.#tallies.of(policy, route);
    const nowMs = this.#now();
    const units = costOf(tally, headers);
    const deadlineMs = remainingMs(headers, policy.deadlineMs);
    const reason =
      this.#shedReason(tally, units, bodyBytes, deadlineMs) ??
      (this.#turn?.admits(tally.rank, nowMs) === false ? 'turn' : undefined);
    if (reason !== undefined) {
      this.#count(tally, reason);
      if (reason === 'in-flight') this.#limit.shed(nowMs);
      if (!this.dryRun) {
        this.observer?.observe(tally.route, method, tally.status, 0);
        return this.#shed(tally, reason);
      }
    } else {
      tally.admitted += 1;
    }
    this.observer?.started(method, target);
    this.#active += 1;
    this.#inFlight.take(units);
    if (units > 0) this.#limit.admitted(this.#inFlight.units);
    const permit = new Permit(this, tally, method, nowMs, units, deadlineMs);
    if (bodyBytes > 0) permit.charge(bodyBytes);
    return permit;
  }

  /** For {@link Permit}: the same treatment under the label of a route. */
  relabelled(tally: Tally, pattern: string): Tally {
    return this.#tallies.of(tally.policy, this.#classifier.label(pattern));
  }

  /** For {@link Permit}: the same route under a policy, unless one was known before. */
  reclassified(tally: Tally, policy: ResolvedRoutePolicy): Tally {
    return tally.policy === this.#classifier.unnamed.policy ? this.#tallies.of(policy, tally.route) : tally;
  }

  /**
   * For {@link Permit}: takes back what a request in flight holds and decides on it again. It was counted as admitted, and
   * if it is shed now it counts as shed too: a counter that went down would be taken for a restart.
   */
  decideAgain({ tally, units, heldUnits, heldBytes, deadlineMs, arrivedMs }: Reclassified): Shed | undefined {
    this.#inFlight.giveBack(heldUnits);
    this.#bytesInFlight -= heldBytes;
    const waitsMs = deadlineMs === undefined ? undefined : deadlineMs - (this.#now() - arrivedMs);
    const reason = this.#shedReason(tally, units, heldBytes, waitsMs);
    if (reason !== undefined) {
      this.#count(tally, reason);
      if (!this.dryRun) return this.#shed(tally, reason);
    }
    this.#inFlight.take(units);
    if (tally.criticality !== 'exempt') this.#bytesInFlight += heldBytes;
    return undefined;
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
  settle(
    tally: Tally,
    heldUnits: number,
    heldBytes: number,
    method: string,
    status: number,
    startedMs: number,
    outcome: Outcome | undefined,
  ): void {
    const nowMs = this.#now();
    const seconds = (nowMs - startedMs) / 1000;
    this.#active -= 1;
    if (tally.criticality !== 'exempt') this.#completed += 1;
    this.#inFlight.giveBack(heldUnits);
    this.#bytesInFlight -= heldBytes;
    if (heldUnits > 0 && outcome !== undefined) {
      this.#drain.completed(seconds, nowMs);
      this.#limit.ended(outcome, nowMs - startedMs, nowMs);
    }
    this.observer?.observe(tally.route, method, status, seconds);
  }

  /** For {@link Permit}. */
  overrun(tally: Tally): Shed {
    this.#count(tally, 'bytes');
    return this.#shed(tally, 'bytes');
  }

  stats(): AdmissionStats {
    const { bodyBudgetBytes } = this.#options;
    const limit = this.#limit.value;
    const { units } = this.#inFlight;
    return {
      limit,
      inFlight: units,
      bodyBudgetBytes,
      bytesInFlight: this.#bytesInFlight,
      utilization: Math.max(units / limit, this.#bytesInFlight / bodyBudgetBytes),
      requests: [...this.#tallies.counts()],
    };
  }

  #shedReason(
    tally: Tally,
    units: number,
    bodyBytes: number,
    waitsMs: number | undefined,
  ): ShedReason | undefined {
    if (units === 0) return undefined;
    if (waitsMs !== undefined && waitsMs <= 0) return 'deadline';
    if (!this.#inFlight.hasRoomFor(units, this.#limit.value * tally.threshold)) return 'in-flight';
    return this.#hasRoomForBody(bodyBytes, tally.threshold) ? undefined : 'bytes';
  }

  #hasRoomForBody(bodyBytes: number, threshold: number): boolean {
    if (bodyBytes === 0 || this.#bytesInFlight === 0) return true;
    // A body of unknown length fits as long as there is room at all; it is charged as it arrives.
    const wanted = bodyBytes === UNKNOWN_LENGTH ? 1 : bodyBytes;
    return this.#bytesInFlight + wanted <= this.#options.bodyBudgetBytes * threshold;
  }

  #count({ shed, wouldShed }: Tally, reason: ShedReason): void {
    if (this.dryRun) wouldShed[reason] += 1;
    else shed[reason] += 1;
  }

  #shed({ status }: Tally, reason: ShedReason): Shed {
    const drainSeconds = this.#drain.seconds(this.#now());
    return { status, reason, retryAfterSeconds: retryAfterSeconds(drainSeconds, Math.random()) };
  }
}

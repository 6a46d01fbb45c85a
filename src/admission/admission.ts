import type { IncomingHttpHeaders } from 'node:http';
import { performance } from 'node:perf_hooks';
import { CounterTable } from '../core/counter-table.ts';
import { isLarge } from './body-budget.ts';
import { Capacity } from './capacity.ts';
import { costOf } from './cost.ts';
import type { Peer } from './criticality-header.ts';
import { remainingMs } from './deadline.ts';
import { publishShed } from './events.ts';
import { Lasting } from './lasting.ts';
import type { Outcome, Place } from './limit/index.ts';
import type { ResolvedAdmissionOptions, ShedStatus } from './options.ts';
import { NOT_ANNOUNCED, type RequestObserver } from './observer.ts';
import { Permit } from './permit.ts';
import type { ResolvedRoutePolicy } from './policy.ts';
import { Pressure, ProcessReadings, watchBuiltIn, watchShared } from './pressure/index.ts';
import { DrainEstimate, retryAfterSeconds } from './retry-after.ts';
import { Sorter } from './sorter.ts';
import type { AdmissionStats, ShedReason } from './stats.ts';
import { Tallies, type Tally } from './tally.ts';
import { INTERVAL_MS, Triage } from './triage.ts';
import { Turn } from './turn.ts';
import { UnderWay, type Waiting, type WaitingRoute } from './under-way.ts';

/** A request was shed; the caller answers it with this. A value, not an error: being shed is normal. */
export interface Shed {
  readonly status: ShedStatus;
  readonly reason: ShedReason;
  readonly retryAfterSeconds: number;
  /** End the connection too: of those whose requests are shed for long, a few at a time should find another instance. */
  readonly closes: boolean;
}

/** One connection of so many refused requests is closed while shedding lasts. */
const CLOSED_OF_REFUSED = 50;

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
  readonly #sorter: Sorter;
  readonly #tallies: Tallies;
  /** Undefined when a turn may take as long as it likes. */
  readonly #turn: Turn | undefined;
  readonly #now: () => number;
  readonly #drain: DrainEstimate;
  readonly #capacity: Capacity;
  readonly #lasting = new Lasting();
  readonly #pressure: Pressure;
  readonly #readings = new ProcessReadings();
  readonly #unwatchShared: () => void;
  /** Undefined when the gates alone decide. */
  readonly #triage: Triage | undefined;
  #sampledMs: number;
  #requests = 0;
  #refused = 0;
  #exempt = 0;
  /** All requests under way, exempt ones included: what a drain waits for. */
  #active = 0;
  #completed = 0;
  #abandoned = 0;
  readonly #underWay = new UnderWay();

  /** @param now Milliseconds from any origin. */
  constructor(options: ResolvedAdmissionOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.dryRun = options.dryRun;
    this.#now = now;
    this.#drain = new DrainEstimate(now());
    this.#tallies = new Tallies(options, new CounterTable());
    this.#sorter = new Sorter(options, this.#tallies);
    this.#capacity = new Capacity(options, now());
    if (options.turnBudget !== false) {
      this.#turn = new Turn(
        options.turnBudget,
        now,
        () => this.acceptsPerTurn(),
        () => this.#capacity.bytes / this.#capacity.limitBytes,
      );
    }
    this.#sampledMs = now();
    this.#pressure = new Pressure();
    watchBuiltIn(
      this.#pressure,
      options.signals,
      {
        inFlight: () => this.#capacity.units,
        limit: () => this.#capacity.limit,
        bytesInFlight: () => this.#capacity.bytes,
        budgetBytes: () => this.#capacity.limitBytes,
        requests: () => this.#requests,
        hasTurnBudget: options.turnBudget !== false,
        sinceTickMs: (nowMs) => this.#turn?.sinceMs(nowMs) ?? 0,
      },
      this.#readings,
    );
    this.#unwatchShared = watchShared(this.#pressure);
    const { priority } = options;
    if (priority !== false) this.#triage = new Triage(priority, this.#pressure, this.#sampledMs);
  }

  /** All requests under way now, exempt ones included. */
  get active(): number {
    return this.#active;
  }

  /** Requests that were let in and have ended, exempt ones not included: what is done, and not only asked for. */
  get completed(): number {
    return this.#completed;
  }

  /** Of those that are completed, the ones whose client had gone away before the end. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** Who waits for an answer. Looks at every request in flight: for once a second. */
  waiting(): Waiting {
    return this.#underWay.look(this.#now());
  }

  /** Requests that have waited for so long, by route. */
  waitingRoutes(forMs: number): WaitingRoute[] {
    return this.#underWay.describe(this.#now(), forMs);
  }

  /** All requests under way, by route, also those that are being answered. */
  underWayRoutes(): WaitingRoute[] {
    return this.#underWay.describeAll(this.#now());
  }

  /** Requests have been shed for some time, not in a burst. */
  get isLasting(): boolean {
    return this.#lasting.isLasting(this.#sampledMs);
  }

  /** A connection was accepted. False: close it, nothing can be done for it. */
  accepted(): boolean {
    if (this.#turn?.accepted() !== false || this.dryRun) return true;
    this.#tallies.connectionRefused();
    return false;
  }

  /** Measures nothing any more. Requests in flight are not touched. */
  stop(): void {
    this.#unwatchShared();
    this.#readings.stop();
  }

  /**
   * Makes a route of the user's framework known before its first request: its template is the label of its requests, and
   * its policy holds from the start. A configured route that matches wins.
   *
   * @param pattern `GET /users/:id`, or `/users/:id` for any method.
   */
  addRoute(pattern: string, policy?: ResolvedRoutePolicy): void {
    this.#sorter.addRoute(pattern, policy);
  }

  /**
   * Decides on one request.
   *
   * @param target Path and query, as in the request line.
   * @param bodyBytes `Content-Length`, 0 for no body, or {@link UNKNOWN_LENGTH}.
   */
  request(
    method: string,
    target: string,
    bodyBytes: number,
    headers: IncomingHttpHeaders,
    peer?: Peer,
  ): Permit | Shed {
    const sorted = this.#sorter.sort(method, target, headers, peer);
    const isOneTooMany = sorted.criticality === 'exempt' && this.#exempt >= this.#options.exemptLimit;
    const tally = isOneTooMany ? this.#sorter.asOneTooMany(sorted) : sorted;
    const nowMs = this.#now();
    this.#requests += 1;
    this.#keepUp(nowMs);
    const units = costOf(tally, headers);
    const deadlineMs = remainingMs(headers, sorted.policy.deadlineMs);
    const reason = this.#shedReason(tally, units, bodyBytes, deadlineMs, headers, nowMs);
    if (reason !== undefined) {
      this.#count(tally, reason);
      if (reason === 'in-flight') this.#capacity.refused(nowMs);
      if (!this.dryRun) {
        this.observer?.ended(NOT_ANNOUNCED, tally.route, method, tally.status, 0, nowMs, undefined);
        return this.#shed(tally, reason, nowMs);
      }
    } else {
      this.#tallies.admitted(tally);
    }
    this.observer?.started(method, target);
    this.#active += 1;
    if (tally.criticality === 'exempt') this.#exempt += 1;
    this.#capacity.take(units);
    const permit = new Permit(this, tally, method, nowMs, units, deadlineMs);
    const { traceparent } = headers;
    if (traceparent !== undefined) permit.traceparent = String(traceparent);
    this.#underWay.add(permit);
    if (units > 0) this.#capacity.admitted(permit);
    if (bodyBytes > 0) permit.charge(bodyBytes);
    return permit;
  }

  /** For {@link Permit}: the head of its answer is about to leave. */
  answering({ route }: Tally, method: string, status: number, arrivedMs: number): number {
    if (this.observer === undefined) return NOT_ANNOUNCED;
    const nowMs = this.#now();
    return this.observer.answering(route, method, status, (nowMs - arrivedMs) / 1000, nowMs);
  }

  /** Counts in a table that others count in too. To be called before the first request. */
  countIn(table: CounterTable): void {
    this.#tallies.moveTo(table);
  }

  /** For {@link Permit}: the same treatment under the label of a route. */
  relabelled(tally: Tally, pattern: string): Tally {
    return this.#sorter.withLabel(tally, pattern);
  }

  /** For {@link Permit}: the same route under a policy, unless one was known before. */
  reclassified(tally: Tally, policy: ResolvedRoutePolicy): Tally {
    return this.#sorter.withPolicy(tally, policy);
  }

  /**
   * For {@link Permit}: takes back what a request in flight holds and decides on it again. It was counted as admitted, and
   * if it is shed now it counts as shed too: a counter that went down would be taken for a restart.
   */
  decideAgain({ tally, units, heldUnits, heldBytes, deadlineMs, arrivedMs }: Reclassified): Shed | undefined {
    this.#capacity.giveBack(heldUnits, heldBytes);
    const nowMs = this.#now();
    const waitsMs = deadlineMs === undefined ? undefined : deadlineMs - (nowMs - arrivedMs);
    const isLate = tally.criticality !== 'exempt' && isTooLate(waitsMs);
    const reason = isLate ? 'deadline' : this.#reasonOfLimits(tally, units, heldBytes, nowMs);
    if (reason !== undefined) {
      this.#count(tally, reason);
      if (!this.dryRun) return this.#shed(tally, reason, nowMs);
    }
    this.#capacity.take(units);
    if (tally.criticality === 'exempt') this.#exempt += 1;
    else this.#capacity.takeBytes(heldBytes, heldBytes);
    return undefined;
  }

  /** For {@link Permit}. */
  hold(bytes: number, heldByRequest: number): boolean {
    return this.#capacity.takeBytes(bytes, heldByRequest) || this.dryRun;
  }

  /** For {@link Permit}. */
  settle(
    permit: Permit,
    tally: Tally,
    place: Place,
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
    if (tally.criticality === 'exempt') this.#exempt -= 1;
    else this.#completed += 1;
    if (outcome === 'cancelled' && tally.criticality !== 'exempt') this.#abandoned += 1;
    this.#underWay.remove(permit, outcome === 'completed' || outcome === 'failed');
    this.#capacity.giveBack(heldUnits, heldBytes);
    if (heldUnits > 0 && outcome !== undefined) this.#drain.completed(seconds, nowMs);
    if (outcome !== undefined && tally.criticality !== 'exempt') this.#triage?.completed();
    this.#capacity.ended(place, outcome, nowMs - startedMs, nowMs);
    this.observer?.ended(permit.announced, tally.route, method, status, seconds, nowMs, permit.traceparent);
  }

  /** For {@link Permit}: the request goes on, but the limit doesn't count it any more. */
  uncount(units: number): void {
    this.#capacity.giveBack(units, 0);
  }

  /** For {@link Permit}. */
  overrun(tally: Tally): Shed {
    this.#count(tally, 'bytes');
    return this.#shed(tally, 'bytes', this.#now());
  }

  stats(): AdmissionStats {
    const nowMs = this.#now();
    this.#keepUp(nowMs);
    const { bytes, limitBytes, limit, units } = this.#capacity;
    return {
      limit,
      inFlight: units,
      bodyBudgetBytes: limitBytes,
      bytesInFlight: bytes,
      utilization: Math.max(units / limit, bytes / limitBytes),
      refusedShare: this.#triage?.refusedShare ?? 0,
      pressure: this.#pressure.readings(),
      connectionsRefused: this.#tallies.connectionsRefused,
      requests: [...this.#tallies.counts()],
    };
  }

  /** What has to be done now and then is done when somebody asks: there is no timer. */
  #keepUp(nowMs: number): void {
    this.#capacity.sweep(nowMs);
    if (nowMs - this.#sampledMs < INTERVAL_MS) return;
    this.#sampledMs = nowMs;
    this.#pressure.sample(nowMs);
    this.#triage?.decide(nowMs);
  }

  #shedReason(
    tally: Tally,
    units: number,
    bodyBytes: number,
    waitsMs: number | undefined,
    headers: IncomingHttpHeaders,
    nowMs: number,
  ): ShedReason | undefined {
    if (tally.criticality === 'exempt') return undefined;
    if (isTooLate(waitsMs)) return 'deadline';
    if (this.#triage?.admits(tally.rank, headers) === false) {
      this.#turn?.refusedBefore(tally.rank);
      return 'priority';
    }
    const reason =
      this.#reasonOfLimits(tally, units, bodyBytes, nowMs) ??
      (this.#turn?.admits(tally.rank, nowMs) === false ? 'turn' : undefined);
    // Bytes are one large request's doing, and say nothing of how many there can be.
    if (reason !== undefined && reason !== 'bytes') this.#triage?.shedByGate(tally.rank);
    return reason;
  }

  #reasonOfLimits(
    tally: Tally,
    units: number,
    bodyBytes: number,
    nowMs: number,
  ): 'in-flight' | 'bytes' | undefined {
    if (units === 0) return undefined;
    if (!this.#capacity.hasRoomFor(units, tally.threshold, nowMs)) return 'in-flight';
    const share = isLarge(bodyBytes) ? (this.#turn?.bodyShare(tally.rank) ?? 1) : 1;
    return this.#capacity.hasRoomForBody(bodyBytes, tally.threshold * share) ? undefined : 'bytes';
  }

  #count(tally: Tally, reason: ShedReason): void {
    this.#tallies.shed(tally, reason, this.dryRun);
    publishShed(this.dryRun ? 'would-shed' : 'shed', reason, tally);
  }

  #shed({ status }: Tally, reason: ShedReason, nowMs: number): Shed {
    this.#lasting.shed(nowMs);
    this.#refused += 1;
    return {
      status,
      reason,
      retryAfterSeconds: retryAfterSeconds(this.#drain.seconds(nowMs), Math.random()),
      closes: this.#refused % CLOSED_OF_REFUSED === 0 && this.#lasting.isLasting(nowMs),
    };
  }
}

function isTooLate(waitsMs: number | undefined): boolean {
  return waitsMs !== undefined && waitsMs <= 0;
}

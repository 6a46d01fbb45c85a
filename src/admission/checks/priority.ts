import { isRepeat, type Repeats } from '../classify/repeats.ts';
import { type FairShares, shareAt } from '../fairness/index.ts';
import type { RequestInFlight } from '../in-flight/request.ts';
import type { Pressure } from '../pressure/index.ts';
import {
  COHORTS,
  Cohorts,
  type IdentityOf,
  identityReader,
  levelOf,
  Priority,
  type ResolvedPriorityOptions,
  seedOf,
} from '../priority/index.ts';
import type { ShedReason } from '../stats.ts';
import type { Check } from './check.ts';
import type { CostCheck } from './cost.ts';

/** Of a class the first to go. */
const LAST_COHORT = COHORTS - 1;

/** Of requests without an identity, one in this many is drawn by lot, whatever it costs: none is shed for its cost alone. */
const BY_LOT_EVERY = 8;

/** What is looked at of a request. */
type Weighed = Pick<RequestInFlight, 'isDecided' | 'requestClass' | 'headers' | 'bodyBytes'>;

/** How often the check decides anew which requests to shed, in ms: often enough for the first second of a flood. */
export const INTERVAL_MS = 100;

/**
 * Sheds the least important requests before another check has to shed whatever comes at the wrong moment; see
 * docs/design/priority.md. Inside of a class, repeats go before first attempts. There is nothing to prefer while all requests are of
 * one class, of no known user, and no repeats: then
 * the other checks shed by themselves, and this one answers only pressure that no other check answers.
 */
export class PriorityCheck implements Check {
  readonly reason = 'priority';
  readonly #priority: Priority;
  readonly #pressure: Pressure;
  readonly #cohorts: Cohorts;
  readonly #identityOf: IdentityOf | undefined;
  readonly #repeats: Repeats;
  readonly #costs: Pick<CostCheck, 'hasCostly' | 'isCostly'> | undefined;
  readonly #fairShares: FairShares | undefined;
  readonly #wallClock: () => number;
  #withoutIdentity = 0;
  #decidedMs: number;
  #offered = 0;
  #completed = 0;
  #shedByLimits = 0;
  #shedOfBetterClasses = 0;

  /**
   * @param fairShares Orders the requests of sheddable classes; undefined leaves them to cohorts of users.
   * @param wallClock Milliseconds since 1970: the order of users changes with the hour, in all processes at once.
   */
  constructor(
    options: ResolvedPriorityOptions,
    pressure: Pressure,
    repeats: Repeats,
    costs: Pick<CostCheck, 'hasCostly' | 'isCostly'> | undefined,
    nowMs: number,
    fairShares?: FairShares,
    wallClock: () => number = Date.now,
  ) {
    const { identity, salt } = options;
    this.#priority = new Priority(options);
    this.#pressure = pressure;
    this.#repeats = repeats;
    this.#costs = costs;
    this.#fairShares = fairShares;
    this.#cohorts = new Cohorts(seedOf(salt ?? String(Math.random())), wallClock());
    this.#identityOf = identity === undefined ? undefined : identityReader(identity);
    this.#wallClock = wallClock;
    this.#decidedMs = nowMs;
  }

  /** Share of the requests that the check sheds at the moment, 0 to 1. */
  get shedShare(): number {
    return this.#priority.share;
  }

  /** A request that is decided again counts once: by the class that it was first known by. */
  admits(request: Weighed, nowMs: number): boolean {
    const { isDecided, requestClass, headers } = request;
    if (isDecided && requestClass.rank <= this.#priority.classAtThreshold) return true;
    const cohort = isRepeat(headers) ? LAST_COHORT : this.#cohortOf(request, nowMs);
    const level = levelOf(requestClass.rank, cohort);
    if (!isDecided) {
      this.#offered += 1;
      this.#priority.offered(level);
    }
    return this.#priority.admits(level);
  }

  shed({ requestClass: { rank } }: Pick<RequestInFlight, 'requestClass'>, reason: ShedReason): void {
    // Bytes are one large request's, and say nothing about how many there can be; neither does a caller's deadline.
    if (reason !== 'in-flight' && reason !== 'turn') return;
    this.#shedByLimits += 1;
    if (rank < this.#priority.classAtThreshold) this.#shedOfBetterClasses += 1;
  }

  /** Users stay together, and tenants have their shares. Of requests without an identity, costly ones are in the half that goes first. */
  #cohortOf(request: Weighed, nowMs: number): number {
    const identity = this.#identityOf?.(request.headers);
    const fair = this.#fairShares?.cohortOf(request.requestClass.rank, identity, nowMs);
    if (fair !== undefined) return fair;
    const cohort = this.#cohorts.of(identity);
    if (identity !== undefined || this.#costs?.hasCostly !== true) return cohort;
    this.#withoutIdentity += 1;
    if (this.#withoutIdentity % BY_LOT_EVERY === 0) return cohort;
    return Math.trunc((cohort + (this.#costs.isCostly(request) ? COHORTS : 0)) / 2);
  }

  /** A request that was admitted has ended with its work done. */
  completed(): void {
    this.#completed += 1;
  }

  /** Decides anew which requests to shed. To be called every {@link INTERVAL_MS}, after the pressure was sampled. */
  decide(nowMs: number): void {
    const prefers =
      this.#identityOf !== undefined || this.#priority.hasClasses || this.#repeats.areSome(nowMs);
    this.#cohorts.rotate(this.#wallClock());
    this.#priority.adapt({
      offered: this.#offered,
      completed: this.#completed,
      shedByGates: prefers ? this.#shedByLimits : 0,
      shedOfBetterClasses: prefers ? this.#shedOfBetterClasses : 0,
      pressure: prefers ? this.#pressure.overall : this.#pressure.withoutCheck,
      pressureWithoutGate: this.#pressure.withoutCheck,
      elapsedMs: nowMs - this.#decidedMs,
    });
    if (this.#fairShares !== undefined) this.#fairShares.largestShare = this.#largestShare();
    this.#decidedMs = nowMs;
    this.#offered = 0;
    this.#completed = 0;
    this.#shedByLimits = 0;
    this.#shedOfBetterClasses = 0;
  }

  /** Of the class that is being shed in part. */
  #largestShare(): number {
    const { threshold, classAtThreshold } = this.#priority;
    return shareAt(threshold - levelOf(classAtThreshold, 0));
  }
}

import type { RequestInFlight } from '../in-flight/request.ts';
import { CRITICALITIES } from '../policy.ts';
import type { ShedReason } from '../stats.ts';
import type { Check } from './check.ts';
import type { LoopTimes } from './idle-credit.ts';
import { TurnBudget } from './turn-budget.ts';
import type { ResolvedTurnBudget } from './turn-options.ts';

/** How long connections have to wait although turns are as short as they can be, before whole connections are closed, in ms. */
const OVERRUN_MS = 2000;

/** The share of a turn's connections that is served even then. */
const SERVED_SHARE = 0.25;

/** What the check needs to know of the process around it. */
export interface TurnSurroundings {
  now(): number;
  /** How many connections one turn can accept from a socket: when it has, more may be waiting in the kernel. */
  acceptsPerTurn(): number;
  /** The part of the body budget that is used, 0 to 1. */
  bodiesShare(): number;
  loopTimes(): LoopTimes;
  /** Called when a turn has ended. */
  turnEnded?(nowMs: number): void;
}

/** Accepted connections of one server in one turn. */
interface Accepted {
  turn: number;
  count: number;
}

/** Holds the requests of each turn (one iteration of the event loop) to the turn's budget. */
export class TurnCheck implements Check {
  readonly reason = 'turn';
  readonly #budget: TurnBudget;
  /**
   * The most that one request can use: a single long one, or a pause of the garbage collector, is no overload, and what
   * waits behind it should not be shed for it.
   */
  readonly #mostForOneMs: number;
  readonly #surroundings: TurnSurroundings;
  #isOpen = false;
  /** When the first and the last request of this turn arrived; NaN before the first, because a number is cheaper to set. */
  #firstMs = NaN;
  #lastMs = NaN;
  /**
   * What the turn's requests have used, by the rank of a class: those of the class itself and of better ones. What less important requests use
   * is bounded by their own budgets; counted here too, it would shed a user's request for the prefetches that came before it.
   */
  readonly #usedMs = new Float64Array(CRITICALITIES.length);
  #lastRank = 0;
  #turn = 0;
  /** By server: one socket accepts a limited number of connections a turn, several servers add up to more. */
  readonly #accepted = new WeakMap<object, Accepted>();
  #mostAccepted = 0;
  /** Since when turns could not be made shorter; undefined while they can. */
  #endReachedMs: number | undefined;
  #overrun = false;

  constructor(options: ResolvedTurnBudget, surroundings: TurnSurroundings) {
    this.#budget = new TurnBudget(options, surroundings.now(), () => surroundings.loopTimes());
    this.#mostForOneMs = options.targetMs;
    this.#surroundings = surroundings;
  }

  /** A request or a connection has come in this turn, and {@link TurnSurroundings.turnEnded} will be called. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  admits({ requestClass: { rank } }: Pick<RequestInFlight, 'requestClass'>, nowMs: number): boolean {
    this.open();
    if (Number.isNaN(this.#firstMs)) {
      this.#firstMs = nowMs;
    } else {
      const lastTookMs = Math.min(nowMs - this.#lastMs, this.#mostForOneMs);
      for (let i = this.#lastRank; i < this.#usedMs.length; i += 1)
        this.#usedMs[i] = (this.#usedMs[i] ?? 0) + lastTookMs;
    }
    this.#lastMs = nowMs;
    this.#lastRank = rank;
    return this.#budget.admits(rank, this.#usedMs[rank] ?? 0);
  }

  shed({ requestClass: { rank } }: Pick<RequestInFlight, 'requestClass'>, reason: ShedReason): void {
    if (reason !== 'priority') return;
    this.open();
    this.#budget.refusedBefore(rank);
  }

  /** The part of the body budget, 0 to 1, that large bodies of this class may hold. */
  bodyShare(rank: number): number {
    return this.#budget.bodyShare(rank);
  }

  /** A server accepted a connection. False: there are too many even for shedding each of their requests, close it. */
  accepted(server: object): boolean {
    this.open();
    let accepted = this.#accepted.get(server);
    if (accepted === undefined) this.#accepted.set(server, (accepted = { turn: this.#turn, count: 0 }));
    if (accepted.turn !== this.#turn) {
      accepted.turn = this.#turn;
      accepted.count = 0;
    }
    accepted.count += 1;
    if (accepted.count > this.#mostAccepted) this.#mostAccepted = accepted.count;
    return !this.#overrun || accepted.count <= SERVED_SHARE * this.#surroundings.acceptsPerTurn();
  }

  /** Time since the present turn's first request arrived, in milliseconds; 0 between turns. */
  sinceMs(nowMs: number): number {
    return Number.isNaN(this.#firstMs) ? 0 : nowMs - this.#firstMs;
  }

  /** Something has happened in this turn whose end has to be noticed. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    // Immediates run when everything that became readable together has been handled.
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    const { now, acceptsPerTurn, bodiesShare, turnEnded } = this.#surroundings;
    const nowMs = now();
    this.#isOpen = false;
    turnEnded?.(nowMs);
    const hasFullAccepts = this.#mostAccepted > 0 && this.#mostAccepted >= acceptsPerTurn();
    this.#budget.turnEnded(nowMs, hasFullAccepts, bodiesShare());
    this.#endReachedMs = this.#budget.isAtItsEnd ? (this.#endReachedMs ?? nowMs) : undefined;
    this.#overrun = this.#endReachedMs !== undefined && nowMs - this.#endReachedMs >= OVERRUN_MS;
    this.#firstMs = NaN;
    this.#lastMs = NaN;
    this.#usedMs.fill(0);
    this.#turn += 1;
    this.#mostAccepted = 0;
  };
}

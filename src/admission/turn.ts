import type { ResolvedTurnBudget } from './options.ts';
import { TurnBudget } from './turn-budget.ts';

/**
 * So long do connections have to wait although turns are as short as they can be, before whole connections are refused.
 */
const OVERRUN_MS = 2000;

/** The share of a turn's connections that is served even then. */
const SERVED_SHARE = 0.25;

/** Holds the requests of each turn of the event loop to the turn's budget. */
export class Turn {
  readonly #budget: TurnBudget;
  /**
   * What one request can use at most: a single long one, or a pause of the garbage collector, is no overload, and what
   * waits behind it should not be refused for it.
   */
  readonly #mostForOneMs: number;
  readonly #now: () => number;
  readonly #acceptsPerTurn: () => number;
  readonly #bodiesShare: () => number;
  #isOpen = false;
  /** When the first and the last request of this turn arrived; undefined before the first. */
  #firstMs: number | undefined;
  #lastMs: number | undefined;
  #usedMs = 0;
  #accepted = 0;
  /** Since when turns could not be made shorter; undefined while they can. */
  #endReachedMs: number | undefined;
  #overrun = false;

  /**
   * @param acceptsPerTurn How many connections a turn can accept: when it has, more may be waiting in the kernel.
   * @param bodiesShare The part of the budget for bodies that is used, 0 to 1.
   */
  constructor(
    options: ResolvedTurnBudget,
    now: () => number,
    acceptsPerTurn: () => number,
    bodiesShare: () => number = () => 0,
  ) {
    this.#budget = new TurnBudget(options, now());
    this.#mostForOneMs = options.targetMs;
    this.#now = now;
    this.#acceptsPerTurn = acceptsPerTurn;
    this.#bodiesShare = bodiesShare;
  }

  /** A request arrives. @param rank Index of its class in `CRITICALITIES`. */
  admits(rank: number, nowMs: number): boolean {
    this.#open();
    this.#firstMs ??= nowMs;
    if (this.#lastMs !== undefined) this.#usedMs += Math.min(nowMs - this.#lastMs, this.#mostForOneMs);
    this.#lastMs = nowMs;
    return this.#budget.admits(rank, this.#usedMs);
  }

  /** The part of the budget for bodies, 0 to 1, that large ones of this class may hold. */
  bodyShare(rank: number): number {
    return this.#budget.bodyShare(rank);
  }

  /** A request arrived that something else has refused. */
  refusedBefore(rank: number): void {
    this.#open();
    this.#budget.refusedBefore(rank);
  }

  /** A connection was accepted. False: there are too many even for refusing each of their requests, close it. */
  accepted(): boolean {
    this.#open();
    this.#accepted += 1;
    return !this.#overrun || this.#accepted <= SERVED_SHARE * this.#acceptsPerTurn();
  }

  /** Time since the present turn's first request arrived, in milliseconds; 0 between turns. */
  sinceMs(nowMs: number): number {
    return this.#firstMs === undefined ? 0 : nowMs - this.#firstMs;
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    // Immediates run when everything that became readable together has been handled.
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    const nowMs = this.#now();
    this.#budget.turnEnded(nowMs, this.#accepted >= this.#acceptsPerTurn(), this.#bodiesShare());
    this.#endReachedMs = this.#budget.isAtItsEnd ? (this.#endReachedMs ?? nowMs) : undefined;
    this.#overrun = this.#endReachedMs !== undefined && nowMs - this.#endReachedMs >= OVERRUN_MS;
    this.#isOpen = false;
    this.#firstMs = undefined;
    this.#lastMs = undefined;
    this.#usedMs = 0;
    this.#accepted = 0;
  };
}

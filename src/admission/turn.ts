import type { ResolvedTurnBudget } from './options.ts';
import { TurnBudget } from './turn-budget.ts';

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
  #isOpen = false;
  /** When the last request of this turn arrived; undefined before the first. */
  #lastMs: number | undefined;
  #usedMs = 0;
  #accepted = 0;

  /** @param acceptsPerTurn How many connections a turn can accept: when it has, more may be waiting in the kernel. */
  constructor(options: ResolvedTurnBudget, now: () => number, acceptsPerTurn: () => number) {
    this.#budget = new TurnBudget(options, now());
    this.#mostForOneMs = options.targetMs;
    this.#now = now;
    this.#acceptsPerTurn = acceptsPerTurn;
  }

  /** A request arrives. @param rank Index of its class in `CRITICALITIES`. */
  admits(rank: number, nowMs: number): boolean {
    this.#open();
    if (this.#lastMs !== undefined) this.#usedMs += Math.min(nowMs - this.#lastMs, this.#mostForOneMs);
    this.#lastMs = nowMs;
    return this.#budget.admits(rank, this.#usedMs);
  }

  /** A connection was accepted. */
  accepted(): void {
    this.#open();
    this.#accepted += 1;
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    // Immediates run when everything that became readable together has been handled.
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#budget.turnEnded(this.#now(), this.#accepted >= this.#acceptsPerTurn());
    this.#isOpen = false;
    this.#lastMs = undefined;
    this.#usedMs = 0;
    this.#accepted = 0;
  };
}

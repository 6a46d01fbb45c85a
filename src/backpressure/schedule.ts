import type { Turns, TurnTaker } from './turns.ts';

/** What is done at its time. */
export interface Scheduled {
  flush(): void;
  /** The next turn of the event loop has come. */
  onTurn(): void;
}

/** When a channel goes on: once each, however often it is asked for. */
export class Schedule implements TurnTaker {
  /** Whether `flush` follows the code that runs now. */
  isDueSoon = false;
  readonly #turns: Turns;
  readonly #target: Scheduled;
  #isDueNextTurn = false;

  constructor(turns: Turns, target: Scheduled) {
    this.#turns = turns;
    this.#target = target;
  }

  /** Flushes once the code that runs now has returned. */
  soon(): void {
    if (this.isDueSoon) return;
    this.isDueSoon = true;
    this.#turns.soon(this);
  }

  nextTurn(): void {
    if (this.#isDueNextTurn) return;
    this.#isDueNextTurn = true;
    this.#turns.nextTurn(this);
  }

  onSoon(): void {
    this.isDueSoon = false;
    this.#target.flush();
  }

  onNextTurn(): void {
    this.#isDueNextTurn = false;
    this.#target.onTurn();
  }
}

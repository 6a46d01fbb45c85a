import { callSafely } from './user-code.ts';

/** What takes part in the turns of the event loop. */
export interface TurnTaker {
  /** Called once after each `soon`. */
  onSoon(): void;
  /** Called once after each `nextTurn`. */
  onNextTurn(): void;
}

/**
 * The turns of the event loop, shared by all channels: what each may hand to the kernel in one of them is bounded, so that
 * a client as fast as this server, or a producer that never waits, leaves time for the others.
 */
export class Turns {
  /** Which turn this is. */
  number = 0;
  /** Handed to the kernel by all channels in this turn. */
  bytes = 0;
  #soon: TurnTaker[] = [];
  #next: TurnTaker[] = [];
  #isOpen = false;

  /** Once the code that runs now has returned. */
  soon(taker: TurnTaker): void {
    if (this.#soon.length === 0) process.nextTick(this.#runSoon);
    this.#soon.push(taker);
  }

  /** In the next turn, after what became readable has been handled; in the order asked for. */
  nextTurn(taker: TurnTaker): void {
    this.#open();
    this.#next.push(taker);
  }

  spent(bytes: number): void {
    this.#open();
    this.bytes += bytes;
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    setImmediate(this.#end);
  }

  readonly #runSoon = (): void => {
    const takers = this.#soon;
    this.#soon = [];
    for (const taker of takers) callSafely(() => taker.onSoon());
  };

  readonly #end = (): void => {
    this.#isOpen = false;
    this.number += 1;
    this.bytes = 0;
    const takers = this.#next;
    this.#next = [];
    for (const taker of takers) callSafely(() => taker.onNextTurn());
  };
}

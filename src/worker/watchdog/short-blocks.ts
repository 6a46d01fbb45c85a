/** A block that is shorter is not noticed by clients, and is what a busy event loop consists of, in ms. */
const MIN_MS = 100;

/** A longer block is judged by itself, in ms; see `blockedLoop.unreadyMs`. */
const MAX_MS = 2000;

/**
 * Adds up the time that the event loop stood still in short blocks, as a timer that should fire regularly sees it: by how much it is late.
 * That part of a block in which the timer was not yet due is taken for half of its interval. Pure.
 */
export class ShortBlocks {
  readonly #everyMs: number;
  #lastMs: number;
  #ms = 0;

  /** @param everyMs How often {@link beat} should be called. */
  constructor(everyMs: number, nowMs: number) {
    this.#everyMs = everyMs;
    this.#lastMs = nowMs;
  }

  /** The sum since the start, in ms. */
  get ms(): number {
    return this.#ms;
  }

  beat(nowMs: number): void {
    const lateMs = nowMs - this.#lastMs - this.#everyMs;
    this.#lastMs = nowMs;
    if (lateMs >= MIN_MS && lateMs <= MAX_MS) this.#ms += lateMs + this.#everyMs / 2;
  }
}

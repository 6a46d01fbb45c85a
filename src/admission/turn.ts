/** Knows how much of the present turn of the event loop its requests have used. */
export class Turn {
  readonly #ended: (accepted: number) => void;
  readonly #mostForOneMs: number;
  #lastMs = 0;
  #usedMs = 0;
  #accepted = 0;
  #isOpen = false;

  /**
   * @param mostForOneMs What one request can use at most: a single long one, or a pause of the garbage collector, is no
   *   overload, and what waits behind it should not be refused for it.
   * @param ended Called after each turn in which a request arrived, with the number of connections that were accepted since.
   */
  constructor(mostForOneMs: number, ended: (accepted: number) => void) {
    this.#mostForOneMs = mostForOneMs;
    this.#ended = ended;
  }

  /** A request arrives: what those before it in this turn have used. */
  usedMs(nowMs: number): number {
    if (this.#isOpen) {
      this.#usedMs += Math.min(nowMs - this.#lastMs, this.#mostForOneMs);
      this.#lastMs = nowMs;
      return this.#usedMs;
    }
    this.#isOpen = true;
    this.#lastMs = nowMs;
    this.#usedMs = 0;
    // Immediates run when everything that became readable together has been handled.
    setImmediate(this.#end);
    return 0;
  }

  /** A connection was accepted. */
  accepted(): void {
    this.#accepted += 1;
  }

  readonly #end = (): void => {
    this.#isOpen = false;
    const accepted = this.#accepted;
    this.#accepted = 0;
    this.#ended(accepted);
  };
}

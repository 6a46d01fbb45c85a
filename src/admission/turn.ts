/** Knows when the present turn of the event loop began, as far as requests are concerned. */
export class Turn {
  readonly #ended: (accepted: number) => void;
  #startedMs = 0;
  #accepted = 0;
  #isOpen = false;

  /** @param ended Called after each turn in which a request arrived, with the number of connections that were accepted since. */
  constructor(ended: (accepted: number) => void) {
    this.#ended = ended;
  }

  /** How long ago the first request of this turn arrived. */
  elapsedMs(nowMs: number): number {
    if (this.#isOpen) return nowMs - this.#startedMs;
    this.#isOpen = true;
    this.#startedMs = nowMs;
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

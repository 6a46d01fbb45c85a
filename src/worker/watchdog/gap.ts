/** How often the thread looks at the main thread, and reports: 4 times a second. */
export const TICK_MS = 250;

/**
 * How long the main thread has not turned its event loop although it could have. Pure.
 *
 * What the main thread has spent in the kernel's run queue doesn't count: there it wanted to run and was not let, which is
 * also where CPU limits hold it. And a tick counts for no more than its length, however late this thread came to it: then the
 * process was stopped (SIGSTOP, a paused container, a laptop's lid), or the machine had no time for either thread.
 */
export class Gap {
  readonly #tickMs: number;
  #beat = -1;
  #lastMs: number;
  #lastWaitMs = 0;
  #gapMs = 0;
  #lagMs = 0;
  #starvedMs = 0;
  #starvedGapMs = 0;

  /** @param tickMs How often {@link tick} is called. */
  constructor(nowMs: number, tickMs: number = TICK_MS) {
    this.#lastMs = nowMs;
    this.#tickMs = tickMs;
  }

  get ms(): number {
    return this.#gapMs;
  }

  /** By how much this thread was late at its last tick. */
  get lagMs(): number {
    return this.#lagMs;
  }

  /** How long the main thread had to wait for a processor in the time between the last two ticks. */
  get starvedMs(): number {
    return this.#starvedMs;
  }

  /** The same since the loop last turned. */
  get starvedGapMs(): number {
    return this.#starvedGapMs;
  }

  /**
   * @param beat What the main thread changes with each turn.
   * @param waitMs What the main thread has spent in the run queue since it began; undefined where that can't be known.
   */
  tick(nowMs: number, beat: number, waitMs: number | undefined): void {
    const elapsedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    this.#lagMs = Math.max(0, elapsedMs - this.#tickMs);
    this.#starvedMs = waitMs === undefined ? 0 : Math.max(0, waitMs - this.#lastWaitMs);
    this.#lastWaitMs = waitMs ?? 0;
    if (beat === this.#beat) {
      this.#starvedGapMs += this.#starvedMs;
      this.#gapMs += Math.max(0, Math.min(this.#tickMs, elapsedMs - this.#starvedMs));
      return;
    }
    this.#beat = beat;
    this.#gapMs = 0;
    this.#starvedGapMs = 0;
  }

  /** Begins anew: what happens now is not the main thread's own doing. */
  forgive(): void {
    this.#gapMs = 0;
  }
}

// A clock for judgements: it is never set, and it stands still while this process does not run.

const TICK_MS = 250;

/** A longer time between two ticks was not lived through: the process was stopped, the machine suspended, or its container paused. */
const MAX_STEP_MS = 1000;

/**
 * Milliseconds that this process was awake. A process that was stopped for an hour can't tell that others were silent for one.
 *
 * @example
 * const clock = new AwakeClock();
 * clock.nowMs() - heardAtMs > 3000; // silent for three seconds in which it could have been heard
 */
export class AwakeClock {
  readonly #steadyMs: () => number;
  #awakeMs = 0;
  #lastMs: number;

  /** @param steadyMs Default: `performance.now()`. */
  constructor(steadyMs: () => number = () => performance.now()) {
    this.#steadyMs = steadyMs;
    this.#lastMs = steadyMs();
  }

  /** Keeps it going. Without that it stands still between calls. */
  start(): this {
    setInterval(() => this.nowMs(), TICK_MS).unref();
    return this;
  }

  nowMs(): number {
    const nowMs = this.#steadyMs();
    this.#awakeMs += Math.min(MAX_STEP_MS, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    return this.#awakeMs;
  }
}

import { callTimeouts, type Expiring, Timeout } from '../timeouts.ts';

/** The time of one attempt until its response, and that of the call until the end of the response. */
export class CallTime {
  readonly #timeout: Timeout;
  readonly #attemptTimeoutMs: number;
  readonly #endMs: number;
  /** What the call has left when the attempt's time is over, in ms. */
  #beyondMs = 0;

  /** @param endMs When the call has to be over; infinite for never. */
  constructor(owner: Expiring, attemptTimeoutMs: number, endMs: number) {
    this.#timeout = new Timeout(owner);
    this.#attemptTimeoutMs = attemptTimeoutMs;
    this.#endMs = endMs;
  }

  /** An attempt begins. */
  start(nowMs: number): void {
    if (this.#endMs === Infinity) return;
    const leftMs = this.#endMs - nowMs;
    const timeoutMs = Math.min(this.#attemptTimeoutMs, leftMs);
    this.#beyondMs = leftMs - timeoutMs;
    callTimeouts.start(this.#timeout, timeoutMs);
  }

  /** Only the call's own time counts from here on. */
  responded(): void {
    this.#timeout.endMs += this.#beyondMs;
    this.#beyondMs = 0;
  }

  /** The same when the attempt's time is over. */
  attemptExpired(): void {
    callTimeouts.start(this.#timeout, this.#beyondMs);
    this.#beyondMs = 0;
  }

  /** Whether what has expired is the time of the attempt, so that the call has some left. */
  get hasTimeLeft(): boolean {
    return this.#beyondMs > 0;
  }

  stop(): void {
    callTimeouts.stop(this.#timeout);
  }
}

/** The share of time that the handlers of exempt requests may take, and what they can save up of it, in ms. */
const SHARE = 0.1;
const BURST_MS = 100;

/** What one handler is charged at most, in ms: a pause of the garbage collector is not its doing. */
const MAX_CHARGE_MS = 50;

/**
 * What exempt requests may take: a number in flight, and a share of time. Past it they are treated like any other request,
 * or a flood on a path of a health check would be a way round admission.
 */
export class ExemptAllowance {
  readonly #limit: number;
  #inFlight = 0;
  #savedMs = BURST_MS;
  #refilledMs: number;
  /** When the handler that runs now was started; undefined when none runs. */
  #startedMs: number | undefined;

  constructor(limit: number, nowMs: number) {
    this.#limit = limit;
    this.#refilledMs = nowMs;
  }

  /** Whether one more exempt request may run. */
  hasRoom(nowMs: number): boolean {
    this.#savedMs = Math.min(BURST_MS, this.#savedMs + (nowMs - this.#refilledMs) * SHARE);
    this.#refilledMs = nowMs;
    return this.#inFlight < this.#limit && this.#savedMs > 0;
  }

  started(nowMs: number): void {
    this.#inFlight += 1;
    this.#startedMs = nowMs;
  }

  ended(): void {
    this.#inFlight -= 1;
  }

  /** The next request arrives, or the iteration of the event loop has ended: no handler started before runs any more. */
  handlersReturned(nowMs: number): void {
    if (this.#startedMs === undefined) return;
    const tookMs = Math.min(MAX_CHARGE_MS, nowMs - this.#startedMs);
    this.#savedMs = Math.max(-BURST_MS, this.#savedMs - tookMs);
    this.#startedMs = undefined;
  }
}

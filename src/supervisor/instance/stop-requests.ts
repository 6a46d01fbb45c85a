/**
 * The same signal within this time is one request, in ms. npm passes on one Ctrl-C twice where its shell is bash; a platform that signals
 * every process of a service signals the supervisor and its workers. A person who wants it to stop at once takes longer.
 */
export const ONE_REQUEST_MS = 1000;

/** Tells requests to stop from repetitions of the one before. */
export class StopRequests {
  readonly #nowMs: () => number;
  readonly #onRepeated: (signal: NodeJS.Signals) => void;
  #last: { readonly signal: NodeJS.Signals; readonly atMs: number } | undefined;

  constructor(onRepeated: (signal: NodeJS.Signals) => void, nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#onRepeated = onRepeated;
  }

  /** Whether there was any request. */
  get isAsked(): boolean {
    return this.#last !== undefined;
  }

  /** False for the same request once more. */
  isNew(signal: NodeJS.Signals): boolean {
    const nowMs = this.#nowMs();
    if (this.#last?.signal === signal && nowMs - this.#last.atMs < ONE_REQUEST_MS) {
      this.#onRepeated(signal);
      return false;
    }
    this.#last = { signal, atMs: nowMs };
    return true;
  }
}

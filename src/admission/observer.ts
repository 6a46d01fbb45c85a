// What a part that measures requests hears about each. Numbers and strings only: this runs for every request.

/** Sees every request, for measuring. */
export interface RequestObserver {
  /** Answers come so fast that what is counted is written later: then `answering` is called at the end of the turn, for what has not ended by then. */
  readonly isLate?: boolean;
  /** Called for each request that is let in, before its handler; `target` is as in the request line. */
  started(method: string, target: string): void;
  /**
   * Called when the head of an answer is about to leave, where that can be known.
   *
   * @returns What `ended` is to be given; never {@link NOT_ANNOUNCED}.
   */
  answering(route: string, method: string, status: number, seconds: number, nowMs: number): number;
  /**
   * Called once for each when it ends, also for shed ones (then with 0 seconds, and before they are answered).
   *
   * @param announced What `answering` has returned for it, or {@link NOT_ANNOUNCED}.
   * @param traceparent The request's header of that name, as it came; undefined where it had none.
   */
  ended(
    announced: number,
    route: string,
    method: string,
    status: number,
    seconds: number,
    nowMs: number,
    traceparent: string | undefined,
  ): void;
}

/** Nothing has announced that the answer was about to leave. */
export const NOT_ANNOUNCED = -1;

/** It will be announced at the end of the turn. */
export const ANNOUNCED_LATER = -2;

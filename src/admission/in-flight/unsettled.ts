import type { RequestInFlight } from './request.ts';

/**
 * Requests that have ended and whose end is not yet accounted for. The next reading of the clock tells when each ended; what follows from it is
 * done for many at once, since code that runs again and again is much faster than code that runs between two requests. A list through the
 * requests themselves, so that a request costs no allocation.
 */
export class UnsettledRequests {
  #latest: RequestInFlight | undefined;
  /** The latest whose end is known; those after it on the list are as well. */
  #timed: RequestInFlight | undefined;

  add(request: RequestInFlight): void {
    request.nextEnded = this.#latest;
    this.#latest = request;
  }

  /** The clock was read. */
  read(nowMs: number): void {
    for (
      let request = this.#latest;
      request !== this.#timed && request !== undefined;
      request = request.nextEnded
    ) {
      request.endedMs = nowMs;
    }
    this.#timed = this.#latest;
  }

  /** Calls `settle` for each of them, latest first, and forgets them. The clock has been read. */
  settleAll(nowMs: number, settle: (request: RequestInFlight, nowMs: number) => void): void {
    let request = this.#latest;
    this.#latest = undefined;
    this.#timed = undefined;
    while (request !== undefined) {
      const next: RequestInFlight | undefined = request.nextEnded;
      request.nextEnded = undefined;
      settle(request, nowMs);
      request = next;
    }
  }
}

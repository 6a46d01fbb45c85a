import type { RequestInFlight } from './request.ts';

/**
 * Requests that have ended and for which the clock was not read yet: one reading at the end of an iteration of the event loop
 * settles all of them. A list through the requests themselves, so that a request costs no allocation.
 */
export class UnsettledRequests {
  #latest: RequestInFlight | undefined;

  add(request: RequestInFlight): void {
    request.nextEnded = this.#latest;
    this.#latest = request;
  }

  /** The clock was read: calls `settle` for each of them, latest first, and forgets them. */
  settleAll(nowMs: number, settle: (request: RequestInFlight, nowMs: number) => void): void {
    let request = this.#latest;
    this.#latest = undefined;
    while (request !== undefined) {
      const next: RequestInFlight | undefined = request.nextEnded;
      request.nextEnded = undefined;
      settle(request, nowMs);
      request = next;
    }
  }
}

// Requests that their caller sends again. In overload they are the first to go, as the caller has spent an attempt already and
// retries multiply load; when they are many, callers are asked not to retry ("Handling Overload", Site Reliability Engineering).
import type { IncomingHttpHeaders } from 'node:http';

/** Request header with the number of the attempt. A caller can only make its request less important by it, so any may send it. */
const ATTEMPT_HEADER = 'respite-attempt';

/** Share of repeats from which callers are asked not to retry: Google's clients may send as many. */
const MANY = 0.1;

/** Share of repeats from which it is worth preferring first attempts. */
const SOME = 0.01;

/** Minimum requests in the window to judge by. */
const MIN_REQUESTS = 20;

/** Half of the window, in ms. */
const HALF_MS = 5000;

export function isRepeat(headers: IncomingHttpHeaders): boolean {
  const attempt = headers[ATTEMPT_HEADER];
  return attempt !== undefined && attempt !== '1';
}

/** The share of repeats among the requests of the last five to ten seconds. After a gap nothing old counts. */
export class Repeats {
  #startedMs = 0;
  #requests = 0;
  #repeats = 0;
  #requestsBefore = 0;
  #repeatsBefore = 0;

  arrives(headers: IncomingHttpHeaders, nowMs: number): void {
    if (nowMs - this.#startedMs >= HALF_MS) this.#rotate(nowMs);
    this.#requests += 1;
    if (isRepeat(headers)) this.#repeats += 1;
  }

  /** Whether there are enough of them that callers should stop. */
  areMany(nowMs: number): boolean {
    return this.#share(nowMs) >= MANY;
  }

  areSome(nowMs: number): boolean {
    return this.#share(nowMs) >= SOME;
  }

  #share(nowMs: number): number {
    if (nowMs - this.#startedMs >= HALF_MS) this.#rotate(nowMs);
    const requests = this.#requests + this.#requestsBefore;
    return requests < MIN_REQUESTS ? 0 : (this.#repeats + this.#repeatsBefore) / requests;
  }

  #rotate(nowMs: number): void {
    const isGap = nowMs - this.#startedMs >= 2 * HALF_MS;
    this.#requestsBefore = isGap ? 0 : this.#requests;
    this.#repeatsBefore = isGap ? 0 : this.#repeats;
    this.#requests = 0;
    this.#repeats = 0;
    this.#startedMs = nowMs;
  }
}

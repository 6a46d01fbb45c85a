// A server that isn't overloaded gets bursts all the same: a page that loads, a job that starts. Those are no queue yet, since no request has
// waited, so they are let in beyond the limit; the limit is for a queue that stays (as CoDel lets queues be that drain: RFC 8289).

/**
 * Up to this multiple of the limit. With the initial 32 that is 96, which a pool of 20 slots of 20 ms works off in 0.1 s; with 4 the last
 * of a flood's first moment were what its p99 was.
 */
const LIMITS = 3;

/** No request has been refused for this long. */
const QUIET_MS = 1000;

/** No request has waited for this long: CoDel's interval, and what a turn of the event loop may take at worst. */
const FRESH_MS = 100;

/**
 * How many may be in flight now, at most.
 *
 * @param lastShedMs When a request was refused for lack of room.
 * @param oldestMs When the oldest in the queue arrived.
 */
export function burstLimit(limit: number, lastShedMs: number, oldestMs: number, nowMs: number): number {
  return nowMs - lastShedMs >= QUIET_MS && nowMs - oldestMs < FRESH_MS ? LIMITS * limit : limit;
}

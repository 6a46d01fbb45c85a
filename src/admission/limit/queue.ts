// Who waits in the queue, and who only takes long? A limit is for those that wait for something the server has too little of.
// Streams and long polls wait for nothing that anybody else could have, so they must not take the place of those who do.
//
// Queues are first come, first served: in pools, in dependencies, in the event loop. So one thing tells them apart, however
// slow the server is: a request that waits in the queue isn't overtaken by later ones.

/** This many of those that ended last are asked whether they came later, and how long they took. */
const ASKED = 8;

/** At most this many of them may have come earlier: most have overtaken. A few may be long polls themselves that ended early. */
const MAY_HAVE_COME_EARLIER = 3;

/**
 * Those that are being served are overtaken too, if they take longer than others. So it has to be older than this multiple of what those
 * asked took on average. Less than 2: of long polls that end at any time, those that end in the queue take half of what they may.
 */
const LATENCIES = 1.5;

/**
 * When nothing has ended for this multiple of the target, no request can have been overtaken: all may be long polls, or all may wait for
 * something that stands still. Then those leave the queue that are that old, so that others get the chance to overtake.
 */
const TARGETS_OF_SILENCE = 2;

/**
 * One that took as long as this isn't asked: it says nothing about those that wait now, except that there are long polls, of which a
 * quiet server may have ended eight.
 */
const TARGETS_TOO_LONG = 20;

export class Queue {
  readonly #targetLatencyMs: number;
  /** Of those that ended last, in no order. */
  readonly #arrivalsMs = new Float64Array(ASKED).fill(-Infinity);
  readonly #latenciesMs = new Float64Array(ASKED);
  readonly #sorted = new Float64Array(ASKED);
  #ended = 0;
  #lastEndedMs = -Infinity;

  constructor(targetLatencyMs: number) {
    this.#targetLatencyMs = targetLatencyMs;
  }

  /** A request in the queue was answered. */
  ended(latencyMs: number, nowMs: number): void {
    if (latencyMs > TARGETS_TOO_LONG * this.#targetLatencyMs) return;
    this.#arrivalsMs[this.#ended % ASKED] = nowMs - latencyMs;
    this.#latenciesMs[this.#ended % ASKED] = latencyMs;
    this.#lastEndedMs = nowMs;
    this.#ended += 1;
  }

  /**
   * A request that had stepped aside was answered. It isn't asked, but there is no silence: its queue moves, and may be the very one of
   * those that wait.
   */
  endedAside(latencyMs: number, nowMs: number): void {
    if (latencyMs <= TARGETS_TOO_LONG * this.#targetLatencyMs) this.#lastEndedMs = nowMs;
  }

  /** Requests in flight that arrived before this moment do not wait in the queue. Never later than the target ago. */
  startsMs(nowMs: number): number {
    let longestMs = 0;
    let sumMs = 0;
    for (const latencyMs of this.#latenciesMs) {
      sumMs += latencyMs;
      if (latencyMs > longestMs) longestMs = latencyMs;
    }
    const silentFromMs = nowMs - Math.max(TARGETS_OF_SILENCE * this.#targetLatencyMs, longestMs);
    if (this.#lastEndedMs < silentFromMs) return silentFromMs;
    const ageMs = Math.max(this.#targetLatencyMs, LATENCIES * (sumMs / ASKED));
    return Math.min(nowMs - ageMs, this.#overtakenBefore());
  }

  #overtakenBefore(): number {
    this.#sorted.set(this.#arrivalsMs);
    this.#sorted.sort();
    return this.#sorted[MAY_HAVE_COME_EARLIER] ?? -Infinity;
  }
}

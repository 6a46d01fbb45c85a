/** Shedding that goes on this long, in ms, will not be over with the next garbage collection: connections have to go too. */
const SUSTAINED_MS = 5000;

/** Shedding with longer pauses than this, in ms, has begun anew. */
const PAUSE_MS = 1000;

/** Whether shedding is sustained: a burst is answered request by request, sustained shedding also on the connections. */
export class SustainedShedding {
  #sinceMs = -Infinity;
  #lastMs = -Infinity;

  /** A request was shed because of this server, not because of its caller. */
  shed(nowMs: number): void {
    if (nowMs - this.#lastMs > PAUSE_MS) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
  }

  isSustained(nowMs: number): boolean {
    return nowMs - this.#lastMs <= PAUSE_MS && nowMs - this.#sinceMs >= SUSTAINED_MS;
  }
}

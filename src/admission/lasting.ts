/** Shedding that goes on this long will not be over with the next garbage collection: connections have to go too. */
const LASTING_MS = 5000;

/** Shedding with longer pauses than this has begun anew. */
const PAUSE_MS = 1000;

/** Whether shedding has lasted: a burst is answered request by request, a siege also on the connections. */
export class Lasting {
  #sinceMs = -Infinity;
  #lastMs = -Infinity;

  /** A request was shed. */
  shed(nowMs: number): void {
    if (nowMs - this.#lastMs > PAUSE_MS) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
  }

  isLasting(nowMs: number): boolean {
    return nowMs - this.#lastMs <= PAUSE_MS && nowMs - this.#sinceMs >= LASTING_MS;
  }
}

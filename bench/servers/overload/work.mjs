// The kinds of work that handlers do.

/** Keeps the event loop busy. By the clock, so that it takes as long on every machine. */
export function spin(forMs) {
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs);
}

/** Slots, as of a database pool; a request that finds none free waits in line, first come, first served. */
export class Pool {
  #free;
  #waiting = [];

  constructor(slots) {
    this.#free = slots;
  }

  /** Holds a slot for a time, which is asked for when the slot is there, and then calls back. */
  use(serviceMs, done) {
    if (this.#free === 0) {
      this.#waiting.push([serviceMs, done]);
      return;
    }
    this.#free -= 1;
    this.#hold(serviceMs, done);
  }

  #hold(serviceMs, done) {
    setTimeout(() => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else this.#hold(...next);
      done();
    }, serviceMs());
  }
}

/** How long the event loop has waited and worked since the process began, in milliseconds. */
export interface LoopTimes {
  readonly idle: number;
  readonly active: number;
}

/** A process that has worked for less than this many times what can be saved is new, and begins with that. */
const NEW_UNTIL = 4;
/** Until V8 has compiled it, code takes about this many times as long: a turn of a new process may be that much longer. */
const SLOWER_WHILE_NEW = 3;

/**
 * What a server that was idle may take beyond its turn budget. A hundred requests that come together after a quiet time
 * are no overload, nor are those that come back to a new process after a restart. Idle time is saved up, work spends it:
 * a server that is busy for more than half of its time has none.
 *
 * Times are read only when credit is asked for, so a turn within its budget costs nothing here.
 */
export class IdleCredit {
  readonly #mostMs: number;
  readonly #mostPerTurnMs: number;
  readonly #newUntilMs: number;
  readonly #times: () => LoopTimes;
  #leftMs: number;
  #seen: LoopTimes = { idle: 0, active: 0 };

  /**
   * @param mostMs What can be saved, in milliseconds.
   * @param mostPerTurnMs What one turn may use of it, in milliseconds, once the process is not new any more.
   */
  constructor(mostMs: number, mostPerTurnMs: number, times: () => LoopTimes) {
    this.#mostMs = mostMs;
    this.#mostPerTurnMs = mostPerTurnMs;
    this.#newUntilMs = NEW_UNTIL * mostMs;
    this.#leftMs = this.#newUntilMs;
    this.#times = times;
  }

  /** What the present turn may use, in milliseconds. */
  forTurnMs(): number {
    const leftMs = this.leftMs();
    const isNew = this.#seen.active < this.#newUntilMs;
    return Math.min(leftMs, this.#mostPerTurnMs * (isNew ? SLOWER_WHILE_NEW : 1));
  }

  /** What is left now, in milliseconds. */
  leftMs(): number {
    if (this.#mostMs === 0) return 0;
    const { idle, active } = this.#times();
    const savedMs = idle - this.#seen.idle - (active - this.#seen.active);
    const mostMs = active < this.#newUntilMs ? this.#newUntilMs : this.#mostMs;
    this.#leftMs = Math.min(mostMs, Math.max(0, this.#leftMs + savedMs));
    this.#seen = { idle, active };
    return this.#leftMs;
  }

  /** Nothing is left. */
  void(): void {
    // What was saved since the last look is lost, too.
    this.leftMs();
    this.#leftMs = 0;
  }
}

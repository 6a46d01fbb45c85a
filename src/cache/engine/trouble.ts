// What is known to be in trouble, so that those who can have something stale don't wait to find out again.

/** After this long without news, trouble is no longer taken for granted. */
const FORGOTTEN_AFTER_MS = 60_000;

/** Names remembered at once; the oldest is forgotten first. */
const NAMES_LIMIT = 10_000;

/** Names with a time each. */
export class TimesByName {
  readonly #times = new Map<string, number>();

  get(name: string): number | undefined {
    return this.#times.get(name);
  }

  set(name: string, time: number): void {
    this.#times.delete(name);
    this.#times.set(name, time);
    if (this.#times.size <= NAMES_LIMIT) return;
    const [oldest] = this.#times.keys();
    if (oldest !== undefined) this.#times.delete(oldest);
  }

  delete(name: string): void {
    if (this.#times.size > 0) this.#times.delete(name);
  }
}

/**
 * Origins that hang or can't be reached, and resources that answer with errors: until when they are left alone. Then
 * one request may try, in the background, while others still get what is stale.
 */
export class Trouble {
  readonly #until = new TimesByName();

  /** Leave it alone until then. */
  report(name: string, until: number): void {
    this.#until.set(name, Math.max(until, this.#until.get(name) ?? 0));
  }

  clear(name: string): void {
    this.#until.delete(name);
  }

  /** `none`: not known to be in trouble; `wait`: leave it alone; `probe`: see whether it is over. */
  state(name: string, now: number): 'none' | 'wait' | 'probe' {
    const until = this.#until.get(name);
    if (until === undefined || now >= until + FORGOTTEN_AFTER_MS) return 'none';
    return now < until ? 'wait' : 'probe';
  }
}

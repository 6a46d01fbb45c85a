// Who has been let in and has not ended, oldest first, whatever limit holds for them. A list through the requests themselves, as
// the roster of the limit is one: a request costs no allocation and no search.

/** Requests by which somebody may wait for an answer, and for how long. */
export interface Waiting {
  /** Requests of which nothing of the answer was sent yet, although all of the request has come; health checks not included. */
  readonly count: number;
  /** How long the oldest of them has waited. */
  readonly oldestMs: number;
  /** The longest that any waited that was answered in the end, as seen once a second; 0 if none waited that long. */
  readonly longestMs: number;
}

/** The requests of one route that wait for an answer. */
export interface WaitingRoute {
  /** Method, and the route's pattern; the path without the query where none is known. */
  readonly route: string;
  readonly count: number;
  readonly oldestMs: number;
}

/** A request as this list sees it. */
export interface Listed {
  readonly arrivedMs: number;
  /** Kept by the list; undefined outside of it. */
  before: Listed | undefined;
  after: Listed | undefined;
  /** Nothing was sent of the answer, and the client has sent all that it has to say. */
  readonly waits: boolean;
  /** How long it was last seen to wait. */
  waitedMs: number;
  /** For {@link WaitingRoute}. */
  readonly name: string;
}

/** Of so many routes it is told how many requests wait. */
const MOST_ROUTES = 10;

/** Looking at more than that would be felt. */
const MOST_DESCRIBED = 10_000;

export class UnderWay {
  readonly #ends: Listed = {
    arrivedMs: 0,
    before: undefined,
    after: undefined,
    waits: false,
    waitedMs: 0,
    name: '',
  };
  #longestMs = 0;

  constructor() {
    this.#ends.before = this.#ends;
    this.#ends.after = this.#ends;
  }

  add(entry: Listed): void {
    const ends = this.#ends;
    const last = ends.before ?? ends;
    entry.before = last;
    entry.after = ends;
    last.after = entry;
    ends.before = entry;
  }

  /** @param isAnswered It ended with an answer, not because its client went away. */
  remove(entry: Listed, isAnswered: boolean): void {
    const { before, after } = entry;
    if (before === undefined || after === undefined) return;
    before.after = after;
    after.before = before;
    entry.before = undefined;
    entry.after = undefined;
    if (isAnswered) this.#longestMs = Math.max(this.#longestMs, entry.waitedMs);
  }

  /** Looks at every request, in 10 to 50 ns each: not to be called for each of them. */
  look(nowMs: number): Waiting {
    let count = 0;
    let oldestMs = 0;
    for (const entry of this.#all()) {
      if (!entry.waits) continue;
      entry.waitedMs = nowMs - entry.arrivedMs;
      count += 1;
      oldestMs = Math.max(oldestMs, entry.waitedMs);
    }
    return { count, oldestMs, longestMs: this.#longestMs };
  }

  /** Those that have waited for so long, by route, most first. */
  describe(nowMs: number, forMs: number): WaitingRoute[] {
    return this.#byRoute(nowMs, forMs, ({ waits }) => waits);
  }

  /** All, by route, most first. */
  describeAll(nowMs: number): WaitingRoute[] {
    return this.#byRoute(nowMs, 0, () => true);
  }

  #byRoute(nowMs: number, forMs: number, isMeant: (entry: Listed) => boolean): WaitingRoute[] {
    const routes = new Map<string, { route: string; count: number; oldestMs: number }>();
    let looked = 0;
    for (const entry of this.#all()) {
      const ageMs = nowMs - entry.arrivedMs;
      looked += 1;
      if (ageMs < forMs || looked > MOST_DESCRIBED) break;
      if (!isMeant(entry)) continue;
      const { name } = entry;
      const found = routes.get(name);
      if (found === undefined) routes.set(name, { route: name, count: 1, oldestMs: ageMs });
      else found.count += 1;
    }
    return [...routes.values()].toSorted((a, b) => b.count - a.count).slice(0, MOST_ROUTES);
  }

  *#all(): Generator<Listed> {
    const ends = this.#ends;
    for (let entry = ends.after; entry !== undefined && entry !== ends; entry = entry.after) yield entry;
  }
}

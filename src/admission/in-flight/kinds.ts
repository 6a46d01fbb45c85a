// What is usual for each kind of request: how long a client waits until the answer begins. Requests that stay without an answer are
// judged by it, in the supervisor.

/** How long requests of a kind wait for their answer. */
export interface UsualWait {
  /** Method and route, or path without what looks like an identifier. */
  readonly kind: string;
  /** 95 of 100 waited at most this long; rounded up to 62.5 ms times a power of two. */
  readonly usualMs: number;
  /** The longest wait of the last one or two hours. */
  readonly longestMs: number;
  /** How many requests this is known of. */
  readonly count: number;
}

/** A request without an answer: its client still waits, or has given up. */
export interface Unanswered {
  readonly kind: string;
  readonly waitedMs: number;
}

/** What has become of requests since the last reading. */
export interface Traffic {
  /** Kinds of which requests were answered. */
  readonly answered: readonly UsualWait[];
  /** Requests whose clients gave up before an answer began. */
  readonly gaveUp: readonly Unanswered[];
  /** Requests that wait now, the oldest. */
  readonly waiting: readonly Unanswered[];
}

/** Maximum of kinds; those that come later share {@link OTHER}. */
const MAX_KINDS = 200;
const OTHER = '_OTHER';

/** Maximum of answered requests between two readings whose kind is looked up: it costs 0.2 µs, which a busy worker need not spend. */
const MAX_ANSWERED = 8;

/** Maximum of abandoned requests that one reading reports. */
const MAX_GAVE_UP = 50;

/** Upper edges of the histogram: from 62.5 ms on, each twice the one before; the last is more than an hour. */
const EDGES: readonly number[] = Array.from({ length: 17 }, (_, i) => 62.5 * 2 ** i);

/** Share of the requests that wait at most as long as is usual. */
const USUAL_SHARE = 0.95;

/** At this number of requests all counts are halved, so that a kind that has changed is seen as it is. */
const HALVED_AT = 200;

/** How long the longest wait counts at least, in ms. */
const REMEMBERED_MS = 3_600_000;

interface Kind {
  readonly counts: number[];
  total: number;
  longestMs: number;
  longestBeforeMs: number;
}

export class Kinds {
  readonly #kinds = new Map<string, Kind>();
  #answered = new Set<string>();
  #gaveUp: Unanswered[] = [];
  #curiosity = MAX_ANSWERED;
  #rememberedSinceMs = -Infinity;

  /** Whether an answered request that no client was seen to wait for is worth looking up. */
  get isCurious(): boolean {
    return this.#curiosity > 0;
  }

  /** @param waitedMs How long its client waited until the answer began, at most. */
  answered(name: string, waitedMs: number): void {
    const key = this.#keyOf(name);
    const kind = this.#kinds.get(key) ?? {
      counts: EDGES.map(() => 0),
      total: 0,
      longestMs: 0,
      longestBeforeMs: 0,
    };
    this.#kinds.set(key, kind);
    this.#answered.add(key);
    kind.longestMs = Math.max(kind.longestMs, waitedMs);
    // Slow requests are always told of; counting them beyond the sample would make the kind look slower than it is.
    if (this.#curiosity === 0) return;
    this.#curiosity -= 1;
    const edge = EDGES.findIndex((edgeMs) => waitedMs <= edgeMs);
    const at = edge === -1 ? EDGES.length - 1 : edge;
    kind.counts[at] = (kind.counts[at] ?? 0) + 1;
    kind.total += 1;
    if (kind.total >= HALVED_AT) halve(kind);
  }

  gaveUp(name: string, waitedMs: number): void {
    if (this.#gaveUp.length < MAX_GAVE_UP) this.#gaveUp.push({ kind: this.#keyOf(name), waitedMs });
  }

  /** The key under which a request is judged. */
  waits(name: string, waitedMs: number): Unanswered {
    return { kind: this.#keyOf(name), waitedMs };
  }

  /** What has ended since the last call. */
  take(nowMs: number): Omit<Traffic, 'waiting'> {
    this.#forget(nowMs);
    const taken = { answered: [...this.#answered].map((key) => this.#usual(key)), gaveUp: this.#gaveUp };
    this.#answered = new Set();
    this.#gaveUp = [];
    this.#curiosity = MAX_ANSWERED;
    return taken;
  }

  #usual(key: string): UsualWait {
    const { counts = [], total = 0, longestMs = 0, longestBeforeMs = 0 } = this.#kinds.get(key) ?? {};
    const most = Math.max(longestMs, longestBeforeMs);
    let left = USUAL_SHARE * total;
    const at = counts.findIndex((count) => (left -= count) <= 0);
    const isKnown = total > 0 && at < EDGES.length - 1;
    return { kind: key, usualMs: isKnown ? (EDGES[at] ?? most) : most, longestMs: most, count: total };
  }

  #keyOf(name: string): string {
    const key = withoutIdentifiers(name);
    return this.#kinds.has(key) || this.#kinds.size < MAX_KINDS ? key : OTHER;
  }

  #forget(nowMs: number): void {
    if (nowMs - this.#rememberedSinceMs < REMEMBERED_MS) return;
    this.#rememberedSinceMs = nowMs;
    for (const kind of this.#kinds.values()) {
      kind.longestBeforeMs = kind.longestMs;
      kind.longestMs = 0;
    }
  }
}

/** Where no route is known, `/users/17` and `/users/18` are of one kind. */
function withoutIdentifiers(name: string): string {
  return name.replaceAll(/\/[^/\d]*\d[^/]*/gu, '/*');
}

function halve(kind: Kind): void {
  for (const [i, count] of kind.counts.entries()) kind.counts[i] = count / 2;
  kind.total /= 2;
}

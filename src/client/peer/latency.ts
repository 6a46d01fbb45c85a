// How long a peer usually takes. A fixed time would be wrong for most peers, and for each of them at some time.

/** Upper bounds grow by this factor, so that a quantile is known to a tenth. */
const GROWTH = 1.1;
const BUCKETS = 130;

/** The quantile is of the last one to two such periods, in ms. */
const PERIOD_MS = 30_000;

/** How often the quantile is computed, in ms. */
const REFRESH_MS = 1000;

/** Fewer responses say too little about a high quantile. */
const MIN_RESPONSES = 100;

/** Learns one quantile of a peer's latency. */
export class Latency {
  readonly #share: number;
  #current: number[] = zeros();
  #previous: number[] = zeros();
  #periodMs = 0;
  #computedMs = -Infinity;
  #quantileMs: number | undefined;

  /** @param share The quantile, from 0 to 1. */
  constructor(share: number) {
    this.#share = share;
  }

  add(tookMs: number, nowMs: number): void {
    this.#rotate(nowMs);
    const index = Math.ceil(Math.log(Math.max(1, tookMs)) / Math.log(GROWTH));
    const bucket = Math.min(BUCKETS - 1, index);
    this.#current[bucket] = (this.#current[bucket] ?? 0) + 1;
  }

  /** Upper bound of the quantile, in ms; undefined as long as too little is known. */
  quantileMs(nowMs: number): number | undefined {
    if (nowMs - this.#computedMs < REFRESH_MS) return this.#quantileMs;
    this.#computedMs = nowMs;
    this.#rotate(nowMs);
    const counts = this.#current.map((count, i) => count + (this.#previous[i] ?? 0));
    const total = counts.reduce((sum, count) => sum + count, 0);
    this.#quantileMs = undefined;
    if (total < MIN_RESPONSES) return undefined;
    let below = 0;
    const bucket = counts.findIndex((count) => (below += count) >= this.#share * total);
    this.#quantileMs = GROWTH ** bucket;
    return this.#quantileMs;
  }

  #rotate(nowMs: number): void {
    const passedMs = nowMs - this.#periodMs;
    if (passedMs < PERIOD_MS) return;
    // After a gap nothing old counts.
    this.#previous = passedMs < 2 * PERIOD_MS ? this.#current : zeros();
    this.#current = zeros();
    this.#periodMs = nowMs;
  }
}

function zeros(): number[] {
  return Array.from({ length: BUCKETS }, () => 0);
}

// What calls came to in the last ten seconds. Ten exact buckets: an exponential average hides a total outage in a burst (Linkerd).
import { CRITICALITIES } from '../../core/criticality.ts';

const BUCKETS = 10;
const BUCKET_MS = 1000;
const RANKS = CRITICALITIES.length;

interface Bucket {
  /** Time of the bucket in units of its length; older buckets are cleared before they are used again. */
  index: number;
  /** By rank of the criticality. */
  readonly requests: number[];
  accepts: number;
  readonly refusals: number[];
  readonly answers: number[];
}

/** Sums over a window of time. */
export interface RecentTotals {
  /** Attempts that ended and calls that throttling held back, by rank. */
  readonly requests: readonly number[];
  /** Attempts that the peer served. */
  readonly accepts: number;
}

/** Counts calls to a peer over a sliding window. After a gap nothing old counts. */
export class Recent {
  readonly #buckets: Bucket[] = Array.from({ length: BUCKETS }, () => emptyBucket());
  /** When something last went wrong. */
  #troubleMs = -Infinity;

  /** A call that throttling held back. It counts as a request that the peer did not accept. */
  heldBack(rank: number, nowMs: number): void {
    this.#troubleMs = nowMs;
    add(this.#bucket(nowMs).requests, rank, 1);
  }

  /**
   * An attempt has ended. Attempts count when they end, not when they start: otherwise the first calls to a slow peer would
   * look like failures.
   */
  ended(rank: number, result: 'accepted' | 'refused' | 'failed', nowMs: number): void {
    const bucket = this.#bucket(nowMs);
    add(bucket.requests, rank, 1);
    if (result === 'accepted') bucket.accepts += 1;
    else this.#troubleMs = nowMs;
    if (result === 'refused') add(bucket.refusals, rank, 1);
    add(bucket.answers, rank, 1);
  }

  /** Whether all attempts in the window were served: then there is nothing to compute. */
  isClean(nowMs: number): boolean {
    return nowMs - this.#troubleMs > BUCKETS * BUCKET_MS;
  }

  totals(nowMs: number): RecentTotals {
    const requests = Array.from({ length: RANKS }, () => 0);
    let accepts = 0;
    for (const bucket of this.#live(nowMs, BUCKETS)) {
      bucket.requests.forEach((count, rank) => {
        add(requests, rank, count);
      });
      accepts += bucket.accepts;
    }
    return { requests, accepts };
  }

  /** Share of the answers of the last one to two seconds that were refusals, in one class. */
  refusedShare(rank: number, nowMs: number): number {
    let [refusals, answers] = [0, 0];
    for (const bucket of this.#live(nowMs, 2)) {
      refusals += bucket.refusals[rank] ?? 0;
      answers += bucket.answers[rank] ?? 0;
    }
    return answers === 0 ? 0 : refusals / answers;
  }

  /** Forgets half of the failures: the peer has shown that it serves again. */
  forgiveHalf(): void {
    for (const bucket of this.#buckets) {
      const sum = bucket.requests.reduce((total, count) => total + count, 0);
      const excess = Math.max(0, sum - bucket.accepts);
      if (excess === 0) continue;
      const kept = (sum - excess / 2) / sum;
      bucket.requests.forEach((count, rank) => {
        bucket.requests[rank] = count * kept;
      });
    }
  }

  clear(): void {
    for (const bucket of this.#buckets) reset(bucket, -1);
  }

  *#live(nowMs: number, count: number): Generator<Bucket> {
    const newest = Math.floor(nowMs / BUCKET_MS);
    for (const bucket of this.#buckets) if (bucket.index > newest - count) yield bucket;
  }

  #bucket(nowMs: number): Bucket {
    const index = Math.floor(nowMs / BUCKET_MS);
    const bucket = (this.#buckets[index % BUCKETS] ??= emptyBucket());
    if (bucket.index !== index) reset(bucket, index);
    return bucket;
  }
}

function emptyBucket(): Bucket {
  const zeros = (): number[] => Array.from({ length: RANKS }, () => 0);
  return { index: -1, requests: zeros(), accepts: 0, refusals: zeros(), answers: zeros() };
}

function reset(bucket: Bucket, index: number): void {
  bucket.index = index;
  bucket.requests.fill(0);
  bucket.accepts = 0;
  bucket.refusals.fill(0);
  bucket.answers.fill(0);
}

function add(counts: number[], rank: number, count: number): void {
  counts[rank] = (counts[rank] ?? 0) + count;
}

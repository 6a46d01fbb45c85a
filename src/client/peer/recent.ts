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
  heldBack: number;
  failed: number;
  shed: number;
  readonly refused: number[];
  readonly answered: number[];
}

/** Sums over a window of time. */
export interface RecentTotals {
  /** Attempts that ended and calls that throttling held back, by rank of the criticality. */
  readonly requests: readonly number[];
  /** How many of these were held back. */
  readonly heldBack: number;
  /** Attempts that the peer asked to repeat later. */
  readonly refused: number;
  /** Of these, the ones that a server with Respite has shed. */
  readonly shed: number;
  /** Attempts that failed otherwise. */
  readonly failed: number;
}

/** Counts calls to a peer over a sliding window. After a gap nothing old counts. */
export class Recent {
  readonly #buckets: Bucket[] = Array.from({ length: BUCKETS }, () => emptyBucket());
  /** When something last went wrong. */
  #troubleMs = -Infinity;

  /** A call that throttling, or a hold of a server that sheds, held back. It counts as a request that the peer did not accept. */
  heldBack(rank: number, nowMs: number): void {
    const bucket = this.#bucket(nowMs);
    this.#troubleMs = nowMs;
    bucket.heldBack += 1;
    add(bucket.requests, rank, 1);
  }

  /**
   * An attempt has ended. Attempts count when they end, not when they start: otherwise the first calls to a slow peer would
   * look like failures.
   */
  ended(rank: number, result: 'accepted' | 'refused' | 'shed' | 'failed', nowMs: number): void {
    const bucket = this.#bucket(nowMs);
    add(bucket.requests, rank, 1);
    add(bucket.answered, rank, 1);
    if (result === 'accepted') return;
    this.#troubleMs = nowMs;
    if (result === 'failed') bucket.failed += 1;
    else add(bucket.refused, rank, 1);
    if (result === 'shed') bucket.shed += 1;
  }

  /** Whether all attempts in the window were served: then there is nothing to compute. */
  isClean(nowMs: number): boolean {
    return nowMs - this.#troubleMs > BUCKETS * BUCKET_MS;
  }

  totals(nowMs: number): RecentTotals {
    const requests = zeros();
    let [heldBack, refused, shed, failed] = [0, 0, 0, 0];
    for (const bucket of this.#live(nowMs, BUCKETS)) {
      bucket.requests.forEach((count, rank) => {
        add(requests, rank, count);
      });
      heldBack += bucket.heldBack;
      refused += sum(bucket.refused);
      shed += bucket.shed;
      failed += bucket.failed;
    }
    return { requests, heldBack, refused, shed, failed };
  }

  /** Whether a server with Respite has shed an attempt in the window. */
  hasShed(nowMs: number): boolean {
    for (const { shed } of this.#live(nowMs, BUCKETS)) if (shed > 0) return true;
    return false;
  }

  /** Share of the answers of the last one to two seconds that were refusals, in one class. */
  refusedShare(rank: number, nowMs: number): number {
    let [refused, answered] = [0, 0];
    for (const bucket of this.#live(nowMs, 2)) {
      refused += bucket.refused[rank] ?? 0;
      answered += bucket.answered[rank] ?? 0;
    }
    return answered === 0 ? 0 : refused / answered;
  }

  /** Forgets half of what went wrong: the peer has shown that it serves again. */
  forgiveHalf(): void {
    for (const bucket of this.#buckets) {
      const requests = sum(bucket.requests);
      const wrong = bucket.heldBack + bucket.failed + sum(bucket.refused);
      if (wrong === 0) continue;
      bucket.heldBack /= 2;
      bucket.failed /= 2;
      bucket.shed /= 2;
      scale(bucket.refused, 1 / 2);
      scale(bucket.requests, (requests - wrong / 2) / requests);
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
  return {
    index: -1,
    requests: zeros(),
    heldBack: 0,
    failed: 0,
    shed: 0,
    refused: zeros(),
    answered: zeros(),
  };
}

function reset(bucket: Bucket, index: number): void {
  bucket.index = index;
  bucket.requests.fill(0);
  bucket.heldBack = 0;
  bucket.failed = 0;
  bucket.shed = 0;
  bucket.refused.fill(0);
  bucket.answered.fill(0);
}

function zeros(): number[] {
  return Array.from({ length: RANKS }, () => 0);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function add(counts: number[], rank: number, count: number): void {
  counts[rank] = (counts[rank] ?? 0) + count;
}

function scale(counts: number[], factor: number): void {
  counts.forEach((count, rank) => {
    counts[rank] = count * factor;
  });
}

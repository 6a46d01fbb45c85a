// S3-FIFO (Yang, Zhang, Qiu, Yue, Vinayak: FIFO queues are all you need for cache eviction, SOSP 2023), in bytes. The share of the
// small queue is not fixed but learned, as in ARC (Megiddo, Modha: ARC: a self-tuning, low overhead replacement cache, FAST 2003).
import { Ghosts } from './ghosts.ts';

/** Something that is kept. The links belong to the queue that it is in. */
export interface Kept {
  readonly key: string;
  readonly bytes: number;
  /** Asked for since it came or was last looked at. The paper counts to three, which makes yesterday's favourites stay too long. */
  wasAsked: boolean;
  queue: FifoQueue | undefined;
  previous: Kept | undefined;
  next: Kept | undefined;
}

/** Share of the bytes that new entries pass through first: at the beginning as in the paper (3), and the bounds of what is learned. */
const FIRST_SHARE = 0.1;
const LEAST_SHARE = 0.01;
const LARGEST_SHARE = 0.9;

/**
 * How many times its size an entry moves the share that was given up too early. More than in ARC (1), so that a change in what is
 * popular is followed within some hundred misses; docs/design/cache.md has what that is worth.
 */
const STEP = 50;

/** First in, first out; members can leave from anywhere. */
class FifoQueue {
  bytes = 0;
  count = 0;
  first: Kept | undefined;
  #last: Kept | undefined;

  push(kept: Kept): void {
    kept.queue = this;
    kept.previous = this.#last;
    kept.next = undefined;
    if (this.#last === undefined) this.first = kept;
    else this.#last.next = kept;
    this.#last = kept;
    this.bytes += kept.bytes;
    this.count += 1;
  }

  remove(kept: Kept): void {
    if (kept.previous === undefined) this.first = kept.next;
    else kept.previous.next = kept.next;
    if (kept.next === undefined) this.#last = kept.previous;
    else kept.next.previous = kept.previous;
    kept.queue = undefined;
    kept.previous = undefined;
    kept.next = undefined;
    this.bytes -= kept.bytes;
    this.count -= 1;
  }
}

/** Decides what goes when bytes run out. A hit only sets a mark; everything else is O(1) amortized. */
export class S3Fifo {
  readonly #limitBytes: number;
  readonly #small = new FifoQueue();
  readonly #main = new FifoQueue();
  #smallShare = FIRST_SHARE;
  /** What left the queues lately: should it come again, then that queue was too small. */
  readonly #leftSmall = new Ghosts();
  readonly #leftMain = new Ghosts();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#small.bytes + this.#main.bytes;
  }

  get count(): number {
    return this.#small.count + this.#main.count;
  }

  /** Takes an entry in. `evict` until it returns undefined, before or after. */
  add(kept: Kept): void {
    (this.#hasBeenHere(kept) ? this.#main : this.#small).push(kept);
  }

  /** Takes an entry in, in place of another. */
  replace(before: Kept, kept: Kept): void {
    const queue = before.queue ?? this.#small;
    this.remove(before);
    queue.push(kept);
  }

  remove(kept: Kept): void {
    kept.queue?.remove(kept);
  }

  /** Takes one entry out, if there is more than the limit. */
  evict(): Kept | undefined {
    while (this.bytes > this.#limitBytes) {
      const isFromSmall =
        this.#small.bytes > this.#limitBytes * this.#smallShare || this.#main.first === undefined;
      const queue = isFromSmall ? this.#small : this.#main;
      const oldest = queue.first;
      if (oldest === undefined) return undefined;
      queue.remove(oldest);
      if (!oldest.wasAsked) {
        (isFromSmall ? this.#leftSmall : this.#leftMain).add(oldest.key, this.count);
        return oldest;
      }
      oldest.wasAsked = false;
      this.#main.push(oldest);
    }
    return undefined;
  }

  /** Whether it left too early; if so, the queue that it left grows, by more if that queue's mistakes are the rarer ones. */
  #hasBeenHere({ key, bytes }: Kept): boolean {
    const [small, main] = [this.#leftSmall, this.#leftMain];
    const step = (STEP * bytes) / this.#limitBytes;
    if (small.take(key)) this.#moveShare(step * Math.max(1, main.count / (small.count + 1)));
    else if (main.take(key)) this.#moveShare(-step * Math.max(1, small.count / (main.count + 1)));
    else return false;
    return true;
  }

  #moveShare(by: number): void {
    this.#smallShare = Math.min(LARGEST_SHARE, Math.max(LEAST_SHARE, this.#smallShare + by));
  }
}

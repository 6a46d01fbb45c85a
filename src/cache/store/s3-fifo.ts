// S3-FIFO (Yang, Zhang, Qiu, Yue, Vinayak: FIFO queues are all you need for cache eviction, SOSP 2023), in bytes.

/** Something that is kept. The links belong to the queue that it is in. */
export interface Kept {
  readonly key: string;
  readonly bytes: number;
  /** Times asked for since it came or was looked at, up to {@link FREQUENCY_LIMIT}. */
  frequency: number;
  queue: FifoQueue | undefined;
  previous: Kept | undefined;
  next: Kept | undefined;
}

/** Two bits, as in the paper. */
export const FREQUENCY_LIMIT = 3;

/** Share of the bytes that new entries pass through first, as in the paper (3). */
const SMALL_SHARE = 0.1;

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

/** Decides what goes when bytes run out. A hit only counts up; everything else is O(1) amortized. */
export class S3Fifo {
  readonly #limitBytes: number;
  readonly #small = new FifoQueue();
  readonly #main = new FifoQueue();
  /** Hashes of keys that left the small queue lately: those that come again belong into the main one. */
  readonly #ghosts = new Set<number>();

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
    const isKnown = this.#ghosts.size > 0 && this.#ghosts.delete(hash(kept.key));
    (isKnown ? this.#main : this.#small).push(kept);
  }

  remove(kept: Kept): void {
    kept.queue?.remove(kept);
  }

  /** Takes one entry out, if there is more than the limit. */
  evict(): Kept | undefined {
    while (this.bytes > this.#limitBytes) {
      const evicted =
        this.#small.bytes > this.#limitBytes * SMALL_SHARE || this.#main.first === undefined
          ? this.#fromSmall()
          : this.#fromMain();
      if (evicted !== undefined) return evicted;
    }
    return undefined;
  }

  #fromSmall(): Kept | undefined {
    const oldest = this.#small.first;
    if (oldest === undefined) return undefined;
    this.#small.remove(oldest);
    if (oldest.frequency > 1) {
      oldest.frequency = 0;
      this.#main.push(oldest);
      return undefined;
    }
    this.#remember(oldest.key);
    return oldest;
  }

  #fromMain(): Kept | undefined {
    const oldest = this.#main.first;
    if (oldest === undefined) return undefined;
    this.#main.remove(oldest);
    if (oldest.frequency === 0) return oldest;
    oldest.frequency -= 1;
    this.#main.push(oldest);
    return undefined;
  }

  /** As many ghosts as entries are kept, as in the paper. */
  #remember(key: string): void {
    this.#ghosts.add(hash(key));
    while (this.#ghosts.size > this.count + 1) {
      const [oldest] = this.#ghosts;
      if (oldest === undefined) return;
      this.#ghosts.delete(oldest);
    }
  }
}

/** FNV-1a. A collision only puts an entry into the better queue too early. */
function hash(key: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193);
  return value | 0;
}

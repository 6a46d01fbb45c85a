import type { Chunk } from '../chunks.ts';

/** A message that waits for one peer. The bytes are shared with all others that wait for it. */
interface Waiting {
  readonly data: Chunk;
  readonly bytes: number;
}

/** What was thrown away to make room. */
export interface Dropped {
  messages: number;
  bytes: number;
}

/** Messages that one slow peer has not been sent yet: up to a number of bytes, the oldest dropped first. */
export class Backlog {
  readonly #maxBytes: number;
  /** In the order of arrival. Messages without a key have a unique one. */
  readonly #waiting = new Map<unknown, Waiting>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /**
   * Adds the newest message.
   *
   * @param key Replaces a waiting one with the same key; undefined replaces none.
   * @returns What had to go: replaced messages are not counted, they are out of date.
   */
  push(data: Chunk, bytes: number, key: string | undefined): Dropped {
    const identity = key ?? Symbol();
    this.#delete(identity);
    this.#waiting.set(identity, { data, bytes });
    this.#bytes += bytes;
    const dropped: Dropped = { messages: 0, bytes: 0 };
    for (const [oldest, waiting] of this.#waiting) {
      // The newest stays, however large it is.
      if (this.#bytes <= this.#maxBytes || this.#waiting.size === 1) break;
      this.#delete(oldest);
      dropped.messages += 1;
      dropped.bytes += waiting.bytes;
    }
    return dropped;
  }

  /** The oldest message. */
  shift(): Chunk | undefined {
    for (const [oldest, { data }] of this.#waiting) {
      this.#delete(oldest);
      return data;
    }
    return undefined;
  }

  /** Drops everything. @returns What was dropped. */
  clear(): Dropped {
    const dropped = { messages: this.#waiting.size, bytes: this.#bytes };
    this.#waiting.clear();
    this.#bytes = 0;
    return dropped;
  }

  #delete(identity: unknown): void {
    const waiting = this.#waiting.get(identity);
    if (waiting === undefined) return;
    this.#waiting.delete(identity);
    this.#bytes -= waiting.bytes;
  }
}

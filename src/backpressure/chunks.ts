import type { Slab } from './slab-pool.ts';

/** What a transport takes: bytes, or the text of a message. */
export type Chunk = Uint8Array | string;

/** Maximum number of chunks that one `writev` takes (`IOV_MAX` of Linux); more would be split there. */
const CHUNKS_A_SLICE = 1024;

interface Sealed {
  readonly chunk: Chunk;
  readonly bytes: number;
  /** Undefined for bytes that are referenced. */
  readonly slab: Slab | undefined;
}

/** What was moved out of the queue to be sent. */
export interface Slice {
  readonly chunks: Chunk[];
  /** Slabs whose last part is in the slice. */
  readonly slabs: (Slab | undefined)[];
  referencedBytes: number;
}

export function emptySlice(): Slice {
  return { chunks: [], slabs: [], referencedBytes: 0 };
}

/** Chunks in the order written, first in, first out. The first of them may have been sent in part. */
export class Chunks {
  /** Whether chunks may be split: not where each is a message of its own. */
  readonly #splits: boolean;
  #sealed: (Sealed | undefined)[] = [];
  #first = 0;
  /** Bytes of the first chunk that earlier slices have taken. */
  #offset = 0;

  constructor(splits: boolean) {
    this.#splits = splits;
  }

  get isEmpty(): boolean {
    return this.#first === this.#sealed.length;
  }

  push(chunk: Chunk, bytes: number, slab: Slab | undefined): void {
    this.#sealed.push({ chunk, bytes, slab });
  }

  /** Moves up to `maxBytes` into the slice (for messages: the first whole one at least). @returns How many bytes. */
  take(maxBytes: number, slice: Slice): number {
    let left = maxBytes;
    while (left > 0 && slice.chunks.length < CHUNKS_A_SLICE) {
      const sealed = this.#sealed[this.#first];
      if (sealed === undefined) break;
      const { chunk, bytes, slab } = sealed;
      const remaining = bytes - this.#offset;
      if (remaining > left && this.#splits && typeof chunk !== 'string') {
        slice.chunks.push(chunk.subarray(this.#offset, this.#offset + left));
        // The slab is released with its last part only.
        slice.slabs.push(undefined);
        this.#offset += left;
        left = 0;
        break;
      }
      slice.chunks.push(
        this.#offset === 0 || typeof chunk === 'string' ? chunk : chunk.subarray(this.#offset),
      );
      slice.slabs.push(slab);
      if (slab === undefined) slice.referencedBytes += bytes;
      this.#shift();
      left -= remaining;
    }
    return maxBytes - left;
  }

  /** Drops everything. @returns The slabs of which no part was taken, once for each chunk. */
  clear(): readonly Slab[] {
    const untouched = this.#offset > 0 ? this.#first + 1 : this.#first;
    const slabs = this.#sealed.slice(untouched).flatMap((sealed) => sealed?.slab ?? []);
    this.#sealed = [];
    this.#first = 0;
    this.#offset = 0;
    return slabs;
  }

  #shift(): void {
    this.#sealed[this.#first] = undefined;
    this.#first += 1;
    this.#offset = 0;
    if (this.#first === this.#sealed.length) {
      this.#sealed.length = 0;
      this.#first = 0;
    } else if (this.#first >= CHUNKS_A_SLICE) {
      this.#sealed.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

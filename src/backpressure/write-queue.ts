import { RespiteError } from '../core/errors.ts';
import { type Chunk, Chunks, emptySlice, type Slice } from './chunks.ts';
import { LARGEST_SLAB_BYTES, type Slab, type SlabPool } from './slab-pool.ts';

/** Up to here copying is cheaper than what an entry of its own costs the stream and the kernel. */
export const COPY_UP_TO_BYTES: number = 2 * 1024;

/** A UTF-16 code unit is at most 3 bytes of UTF-8. */
const UTF8_BYTES_A_UNIT = 3;

/**
 * The bytes of one channel in the order written. Small writes are copied behind one another into a slab, large ones are
 * referenced. They leave in slices, so that progress is seen: what was taken before stays held until `taken()`.
 */
export class WriteQueue {
  /** Written, and not yet part of a slice. */
  bytes = 0;
  /** Memory that this queue keeps from being used otherwise, the slice included. Slabs count as a whole: memory, not content. */
  heldBytes = 0;

  readonly #pool: SlabPool;
  readonly #joins: boolean;
  readonly #chunks: Chunks;
  #slice: Slice = emptySlice();
  /** The slab that is written to, from `start` on not sealed yet. */
  #slab: Slab | undefined;
  #start = 0;
  #end = 0;
  /** The open slab, while the user's code is writing behind its end. */
  #filling: Slab | undefined;
  #isCleared = false;

  /** @param joins Whether writes may be joined: not where each is a message of its own. */
  constructor(pool: SlabPool, joins: boolean) {
    this.#pool = pool;
    this.#joins = joins;
    this.#chunks = new Chunks(joins);
  }

  get isEmpty(): boolean {
    return this.#chunks.isEmpty && this.#start === this.#end;
  }

  /** Filled by {@link take}. */
  get slice(): readonly Chunk[] {
    return this.#slice.chunks;
  }

  /**
   * Large bytes are referenced: the caller must not change them any more.
   *
   * @param mayStay Whether they may stay for long. Then a small part of a large allocation is copied all the same: Node.js
   * cuts Buffers from pools of 64 KB, and one message of 8 KB would keep all of its pool.
   */
  write(data: Chunk, mayStay: boolean = false): void {
    // An empty message is a message; empty bytes of a stream are nothing.
    if (data.length === 0 && this.#joins) return;
    if (typeof data === 'string') {
      this.#writeText(data);
      return;
    }
    const { length } = data;
    if (!this.#joins || (length > COPY_UP_TO_BYTES && !(mayStay && isSmallPart(data)))) {
      this.#reference(data, length);
      return;
    }
    const slab = this.#room(length);
    slab.bytes.set(data, this.#end);
    this.#end += length;
    this.bytes += length;
  }

  /**
   * Lets the caller write up to `maxBytes` in place.
   *
   * @param fill Writes to `target` from `start` on and returns how many bytes it wrote.
   * @returns How many bytes were added; what a broken `fill` claims beyond `maxBytes` is left out.
   */
  encode(maxBytes: number, fill: (target: Buffer, start: number) => number): number {
    if (maxBytes > LARGEST_SLAB_BYTES) return this.#encodeLarge(maxBytes, fill);
    const slab = this.#room(maxBytes);
    const start = this.#end;
    let length = 0;
    this.#filling = slab;
    try {
      length = claimed(fill(slab.bytes, start), maxBytes);
    } finally {
      this.#filling = undefined;
      if (length > 0 && this.#slab === slab) {
        this.#end += length;
        this.bytes += length;
      } else length = this.#filledOtherwise(slab, start, length);
    }
    if (!this.#joins) this.#sealOpen();
    return length;
  }

  /** Moves up to `maxBytes` into {@link slice} (for messages: the first whole one at least). @returns How many bytes. */
  take(maxBytes: number): number {
    this.#sealOpen();
    const taken = this.#chunks.take(maxBytes, this.#slice);
    this.bytes -= taken;
    return taken;
  }

  /** The transport has taken the slice: its memory may be used again. */
  taken(): void {
    const slice = this.#slice;
    for (const slab of slice.slabs) if (slab !== undefined) this.#releasePart(slab);
    this.heldBytes -= slice.referencedBytes;
    slice.chunks.length = 0;
    slice.slabs.length = 0;
    slice.referencedBytes = 0;
  }

  /**
   * Drops everything, for good. What is in a slice may still be read by the kernel, so its memory is left to the garbage
   * collector rather than used again; so is what the user's code is writing to.
   */
  clear(): void {
    this.#isCleared = true;
    for (const slab of this.#chunks.clear()) {
      slab.chunks -= 1;
      if (slab.chunks === 0 && slab !== this.#slab) this.#pool.release(slab);
    }
    const open = this.#slab;
    if (open !== undefined && open.chunks === 0 && this.#filling !== open) this.#pool.release(open);
    this.#open(undefined);
    this.bytes = 0;
    this.heldBytes = 0;
    // A new one: a transport may be in the middle of the old one.
    this.#slice = emptySlice();
  }

  #encodeLarge(maxBytes: number, fill: (target: Buffer, start: number) => number): number {
    const own = Buffer.allocUnsafeSlow(maxBytes);
    const length = claimed(fill(own, 0), maxBytes);
    if (length === 0 || this.#isCleared) return 0;
    const written = own.subarray(0, length);
    // A view keeps all of the allocation, however little of it is used.
    this.#reference(length < maxBytes / 2 ? Buffer.from(written) : written, length);
    return length;
  }

  /** Nothing was filled in, or the slab is not the open one any more. @returns How many bytes were added. */
  #filledOtherwise(slab: Slab, start: number, length: number): number {
    // The channel was closed meanwhile. The slab is the garbage collector's.
    if (this.#isCleared) return 0;
    if (length > 0) {
      // What was written meanwhile comes before.
      this.#sealOpen();
      this.#chunks.push(slab.bytes.subarray(start, start + length), length, slab);
      this.bytes += length;
    } else if (this.#slab !== slab) this.#releasePart(slab);
    else if (slab.chunks === 0) this.#releaseUnlessOpen(slab);
    return length;
  }

  /** The user's code writes while it is filling the slab: to another one. */
  #setAside(slab: Slab): void {
    this.#sealOpen();
    // The part that is being filled.
    slab.chunks += 1;
    this.#filling = undefined;
    this.#open(undefined);
  }

  #writeText(text: string): void {
    if (!this.#joins) {
      this.#reference(text, Buffer.byteLength(text));
      return;
    }
    const mostBytes = text.length * UTF8_BYTES_A_UNIT;
    if (mostBytes > COPY_UP_TO_BYTES) {
      const bytes = Buffer.from(text);
      this.#reference(bytes, bytes.length);
      return;
    }
    const length = this.#room(mostBytes).bytes.write(text, this.#end);
    this.#end += length;
    this.bytes += length;
  }

  #reference(chunk: Chunk, bytes: number): void {
    if (!Number.isInteger(bytes)) throw invalid();
    this.#sealOpen();
    this.#chunks.push(chunk, bytes, undefined);
    this.heldBytes += bytes;
    this.bytes += bytes;
  }

  /** The open slab, with that much room. */
  #room(bytes: number): Slab {
    if (this.#filling !== undefined) this.#setAside(this.#filling);
    const open = this.#slab;
    if (open !== undefined && this.#end + bytes <= open.bytes.length) return open;
    if (!(bytes >= 0)) throw invalid();
    this.#sealOpen();
    const slab = this.#pool.acquire(bytes, open?.bytes.length ?? 0);
    if (open !== undefined && open.chunks === 0) this.#release(open);
    this.#open(slab);
    this.heldBytes += slab.bytes.length;
    return slab;
  }

  #open(slab: Slab | undefined): void {
    this.#slab = slab;
    this.#start = 0;
    this.#end = 0;
  }

  #sealOpen(): void {
    const slab = this.#slab;
    if (slab === undefined || this.#start === this.#end) return;
    const chunk = slab.bytes.subarray(this.#start, this.#end);
    slab.chunks += 1;
    this.#chunks.push(chunk, chunk.length, slab);
    this.#start = this.#end;
  }

  #releasePart(slab: Slab): void {
    slab.chunks -= 1;
    if (slab.chunks === 0) this.#releaseUnlessOpen(slab);
  }

  #releaseUnlessOpen(slab: Slab): void {
    if (slab === this.#slab) {
      if (this.#start !== this.#end || this.#filling === slab) return;
      // Drained: an idle channel holds nothing.
      this.#open(undefined);
    }
    this.#release(slab);
  }

  #release(slab: Slab): void {
    this.heldBytes -= slab.bytes.length;
    this.#pool.release(slab);
  }
}

const invalid = (): RespiteError =>
  new RespiteError('RESPITE_BACKPRESSURE_CHUNK_INVALID', 'only a Uint8Array or a string can be written');

function isSmallPart(data: Uint8Array): boolean {
  return data.length < data.buffer.byteLength / 2 && data.length <= LARGEST_SLAB_BYTES;
}

function claimed(bytes: number, maxBytes: number): number {
  return Number.isInteger(bytes) && bytes > 0 ? Math.min(bytes, maxBytes) : 0;
}

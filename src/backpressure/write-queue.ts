import { LARGEST_SLAB_BYTES, type Slab, type SlabPool } from './slab-pool.ts';

/** What a transport takes: bytes, or the text of a message. */
export type Chunk = Uint8Array | string;

/** Up to here copying is cheaper than what an entry of its own costs the stream and the kernel. */
export const COPY_UP_TO_BYTES: number = 2 * 1024;

/** Most chunks that one `writev` takes (`IOV_MAX` of Linux); more would be split there. */
const CHUNKS_A_SLICE = 1024;

/** A UTF-16 code unit is at most 3 bytes of UTF-8. */
const UTF8_BYTES_A_UNIT = 3;

/** What a queue holds. Slabs count as a whole: this is memory, not content. */
interface Sealed {
  readonly chunk: Chunk;
  readonly bytes: number;
  readonly slab: Slab | undefined;
}

/**
 * The bytes of one channel in the order written. Small writes are copied behind one another into a slab, large ones are
 * referenced. They leave in slices, so that progress is seen: what was taken before stays held until `taken()`.
 */
export class WriteQueue {
  /** Written, and not yet part of a slice. */
  bytes = 0;
  /** Memory that this queue keeps from being used otherwise, the slice included. */
  heldBytes = 0;
  /** Filled by {@link take}. */
  readonly slice: Chunk[] = [];

  readonly #pool: SlabPool;
  readonly #joins: boolean;
  readonly #sliceSlabs: (Slab | undefined)[] = [];
  #sliceReferencedBytes = 0;
  #sealed: (Sealed | undefined)[] = [];
  #first = 0;
  /** Of the first sealed chunk, what earlier slices have taken. */
  #offset = 0;
  #slab: Slab | undefined;
  #start = 0;
  #end = 0;

  /** @param joins Whether writes may be joined: not where each is a message of its own. */
  constructor(pool: SlabPool, joins: boolean) {
    this.#pool = pool;
    this.#joins = joins;
  }

  get isEmpty(): boolean {
    return this.#first === this.#sealed.length && this.#start === this.#end;
  }

  /**
   * Large bytes are referenced: whoever wrote them must not change them any more.
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
    if (maxBytes > LARGEST_SLAB_BYTES) {
      const own = Buffer.allocUnsafeSlow(maxBytes);
      const length = claimed(fill(own, 0), maxBytes);
      const written = own.subarray(0, length);
      // A view keeps all of the allocation, however little of it is used.
      if (length > 0) this.#reference(length < maxBytes / 2 ? Buffer.from(written) : written, length);
      return length;
    }
    const slab = this.#room(maxBytes);
    const length = claimed(fill(slab.bytes, this.#end), maxBytes);
    this.#end += length;
    this.bytes += length;
    if (length === 0 && slab.chunks === 0) this.#releaseUnlessOpen(slab);
    if (!this.#joins) this.#sealOpen();
    return length;
  }

  /** Moves up to `maxBytes` into {@link slice} (for messages: the first whole one at least). @returns How many bytes. */
  take(maxBytes: number): number {
    this.#sealOpen();
    let left = maxBytes;
    while (left > 0 && this.slice.length < CHUNKS_A_SLICE) {
      const sealed = this.#sealed[this.#first];
      if (sealed === undefined) break;
      const { chunk, bytes, slab } = sealed;
      const remaining = bytes - this.#offset;
      if (remaining > left && this.#joins && typeof chunk !== 'string') {
        this.slice.push(chunk.subarray(this.#offset, this.#offset + left));
        // The slab is released with its last part only.
        this.#sliceSlabs.push(undefined);
        this.#offset += left;
        left = 0;
        break;
      }
      this.slice.push(this.#offset === 0 || typeof chunk === 'string' ? chunk : chunk.subarray(this.#offset));
      this.#sliceSlabs.push(slab);
      if (slab === undefined) this.#sliceReferencedBytes += bytes;
      this.#shift();
      left -= remaining;
    }
    const taken = maxBytes - left;
    this.bytes -= taken;
    return taken;
  }

  /** The transport has taken the slice: its memory may be used again. */
  taken(): void {
    for (const slab of this.#sliceSlabs) {
      if (slab === undefined) continue;
      slab.chunks -= 1;
      if (slab.chunks === 0) this.#releaseUnlessOpen(slab);
    }
    this.heldBytes -= this.#sliceReferencedBytes;
    this.#forgetSlice();
  }

  /**
   * Drops everything. What is in a slice may still be read by the kernel, so its memory is left to the garbage collector
   * rather than used again.
   */
  clear(): void {
    for (const sealed of this.#sealed.slice(this.#first)) {
      const slab = sealed?.slab;
      if (slab === undefined || this.#offset > 0) {
        // Of the first chunk a part may be in the slice.
        this.#offset = 0;
        continue;
      }
      slab.chunks -= 1;
      if (slab.chunks === 0 && slab !== this.#slab) this.#pool.release(slab);
    }
    const open = this.#slab;
    if (open !== undefined && open.chunks === 0) this.#pool.release(open);
    this.#slab = undefined;
    this.#sealed = [];
    this.#first = 0;
    this.#start = 0;
    this.#end = 0;
    this.bytes = 0;
    this.heldBytes = 0;
    this.#forgetSlice();
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
    this.#sealOpen();
    this.#seal({ chunk, bytes, slab: undefined });
    this.heldBytes += bytes;
    this.bytes += bytes;
  }

  /** The open slab, with that much room. */
  #room(bytes: number): Slab {
    const open = this.#slab;
    if (open !== undefined && this.#end + bytes <= open.bytes.length) return open;
    this.#sealOpen();
    const slab = this.#pool.acquire(bytes, open?.bytes.length ?? 0);
    if (open !== undefined && open.chunks === 0) this.#release(open);
    this.#slab = slab;
    this.#start = 0;
    this.#end = 0;
    this.heldBytes += slab.bytes.length;
    return slab;
  }

  #sealOpen(): void {
    const slab = this.#slab;
    if (slab === undefined || this.#start === this.#end) return;
    const chunk = slab.bytes.subarray(this.#start, this.#end);
    slab.chunks += 1;
    this.#seal({ chunk, bytes: chunk.length, slab });
    this.#start = this.#end;
  }

  #seal(sealed: Sealed): void {
    this.#sealed.push(sealed);
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

  #releaseUnlessOpen(slab: Slab): void {
    if (slab === this.#slab) {
      if (this.#start !== this.#end) return;
      // Drained: an idle channel holds nothing.
      this.#slab = undefined;
      this.#start = 0;
      this.#end = 0;
    }
    this.#release(slab);
  }

  #release(slab: Slab): void {
    this.heldBytes -= slab.bytes.length;
    this.#pool.release(slab);
  }

  #forgetSlice(): void {
    this.slice.length = 0;
    this.#sliceSlabs.length = 0;
    this.#sliceReferencedBytes = 0;
  }
}

function isSmallPart(data: Uint8Array): boolean {
  return data.length < data.buffer.byteLength / 2 && data.length <= LARGEST_SLAB_BYTES;
}

function claimed(bytes: number, maxBytes: number): number {
  return Number.isInteger(bytes) && bytes > 0 ? Math.min(bytes, maxBytes) : 0;
}

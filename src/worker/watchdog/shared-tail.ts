// The last that the process has written, in shared memory: it can be read while the main thread stands still.

/** So much is kept: some hundred lines. */
export const TAIL_BYTES: number = 64 * 1024;

/** How many bytes were ever written, and how many of them the other side has taken; both modulo 2³². */
const HEAD_BYTES = 8;

export const SHARED_TAIL_BYTES: number = HEAD_BYTES + TAIL_BYTES;

/** A ring of bytes. One side appends, the other takes; both have one of these over the same memory. */
export class SharedTail {
  readonly #counts: Int32Array;
  readonly #ring: Buffer;

  constructor(memory: SharedArrayBuffer, offset: number) {
    this.#counts = new Int32Array(memory, offset, 2);
    this.#ring = Buffer.from(memory, offset + HEAD_BYTES, TAIL_BYTES);
  }

  append(chunk: string | Uint8Array, encoding?: BufferEncoding): void {
    const written = Atomics.load(this.#counts, 0);
    const at = place(written);
    // No character of a string takes more than three bytes in any encoding.
    if (typeof chunk === 'string' && chunk.length * 3 <= TAIL_BYTES - at) {
      Atomics.store(this.#counts, 0, written + this.#ring.write(chunk, at, encoding));
      return;
    }
    const whole = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    const bytes = whole.subarray(Math.max(0, whole.length - TAIL_BYTES));
    const first = bytes.subarray(0, TAIL_BYTES - at);
    this.#ring.set(first, at);
    this.#ring.set(bytes.subarray(first.length), 0);
    Atomics.store(this.#counts, 0, written + bytes.length);
  }

  /** What was appended since it was last asked, and is still there; empty when nothing was. */
  take(): string {
    const written = Atomics.load(this.#counts, 0);
    const count = Math.min((written - Atomics.load(this.#counts, 1)) >>> 0, TAIL_BYTES);
    if (count === 0) return '';
    Atomics.store(this.#counts, 1, written);
    const from = place(written - count);
    const first = this.#ring.subarray(from, Math.min(TAIL_BYTES, from + count));
    return Buffer.concat([first, this.#ring.subarray(0, count - first.length)]).toString();
  }
}

/** TAIL_BYTES is a power of two, so this goes on evenly where the counts begin anew. */
function place(count: number): number {
  return count & (TAIL_BYTES - 1);
}

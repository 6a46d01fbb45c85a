/**
 * Memory for small messages, used again and again: garbage outside of V8's heap is freed late, and a server that encodes
 * into new Buffers has several times its pending bytes resident.
 */
export interface Slab {
  readonly bytes: Buffer;
  /** Chunks of it that the transport has not taken yet. */
  chunks: number;
}

/**
 * A channel starts small, so that one that stalls with a few bytes pending does not hold 64 KB; each further slab that it
 * needs before it has drained is of the next size.
 */
const SIZES: readonly number[] = [4 * 1024, 8 * 1024, 16 * 1024, 64 * 1024];

/** What a slab can hold at most. */
export const LARGEST_SLAB_BYTES: number = SIZES.at(-1) ?? 0;

/** Free slabs kept for each size: 4 MB of the largest, as much as a busy turn of the event loop needs. */
const DEFAULT_KEPT = 64;

/** Hands out slabs and takes them back. One for the process. */
export class SlabPool {
  readonly #free: readonly Slab[][] = SIZES.map(() => []);
  readonly #kept: number;

  /** @param kept Maximum number of free slabs of each size; 0 where memory must not be used again. */
  constructor(kept: number = DEFAULT_KEPT) {
    this.#kept = kept;
  }

  /**
   * @param minBytes What it must hold, at most {@link LARGEST_SLAB_BYTES}.
   * @param after The size of the slab before, 0 for none.
   */
  acquire(minBytes: number, after: number): Slab {
    let size = 0;
    while (size < SIZES.length - 1 && ((SIZES[size] ?? 0) < minBytes || (SIZES[size] ?? 0) <= after))
      size += 1;
    const bytes = SIZES[size] ?? LARGEST_SLAB_BYTES;
    return this.#free[size]?.pop() ?? { bytes: Buffer.allocUnsafeSlow(bytes), chunks: 0 };
  }

  /** It must not be read or written any more. */
  release(slab: Slab): void {
    const free = this.#free[SIZES.indexOf(slab.bytes.length)];
    if (free !== undefined && free.length < this.#kept) free.push(slab);
  }
}

const shared = new SlabPool();
const unshared = new SlabPool(0);

/** The pool of all channels whose streams release memory once they count it as written, or of all others. */
export function slabPool(releases: boolean): SlabPool {
  return releases ? shared : unshared;
}

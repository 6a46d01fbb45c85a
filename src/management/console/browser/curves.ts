// The last hour, as the supervisor tells it.
import type { Moments } from '../protocol.ts';

const LENGTH = 3600;

export interface Slice {
  readonly atMs: Float64Array;
  curve(name: string): Float32Array;
}

const EMPTY = new Float32Array(0);

/** Grows at the end and is cut at the beginning, in arrays twice as long as what is kept. */
export class Curves {
  #atMs = new Float64Array(2 * LENGTH);
  readonly #values = new Map<string, Float32Array>();
  #begin = 0;
  #end = 0;
  /** The number of the next moment. */
  #next = 0;

  get isEmpty(): boolean {
    return this.#begin === this.#end;
  }

  get firstAtMs(): number {
    return this.#atMs[this.#begin] ?? 0;
  }

  get lastAtMs(): number {
    return this.#atMs[this.#end - 1] ?? 0;
  }

  add({ from, isFresh, firstAtMs, sinceMs, curves }: Moments): void {
    if (isFresh) this.#begin = this.#end = 0;
    // What was seen already, when an event comes twice.
    const skip = isFresh ? 0 : Math.max(0, this.#next - from);
    for (let i = skip; i < sinceMs.length; i += 1) {
      if (this.#end === this.#atMs.length) this.#makeRoom();
      this.#atMs[this.#end] = firstAtMs + (sinceMs[i] ?? 0);
      for (const [name, curve] of Object.entries(curves)) {
        let values = this.#values.get(name);
        if (values === undefined)
          this.#values.set(name, (values = new Float32Array(this.#atMs.length).fill(Number.NaN)));
        values[this.#end] = (typeof curve === 'object' && curve !== null ? curve[i] : curve) ?? Number.NaN;
      }
      this.#end += 1;
      this.#begin = Math.max(this.#begin, this.#end - LENGTH);
    }
    this.#next = from + sinceMs.length;
  }

  /** What lies between two moments. */
  between(fromMs: number, toMs: number): Slice {
    const from = this.#find(fromMs);
    const to = this.#find(toMs + 1);
    return {
      atMs: this.#atMs.subarray(from, to),
      curve: (name) => this.#values.get(name)?.subarray(from, to) ?? EMPTY,
    };
  }

  /** Whether it has ever had a value in this hour. */
  isKnown(name: string): boolean {
    return (
      this.#values
        .get(name)
        ?.subarray(this.#begin, this.#end)
        .some((value) => !Number.isNaN(value)) ?? false
    );
  }

  /** The value at a moment, or the last one before it; NaN where there is none. */
  at(name: string, atMs: number): number {
    const place = this.#find(atMs + 1) - 1;
    return place < this.#begin ? Number.NaN : (this.#values.get(name)?.[place] ?? Number.NaN);
  }

  /** The place of the first moment that is not before. */
  #find(atMs: number): number {
    let [low, high] = [this.#begin, this.#end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#atMs[middle] ?? 0) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #makeRoom(): void {
    for (const values of [this.#atMs, ...this.#values.values()]) values.copyWithin(0, this.#begin, this.#end);
    this.#end -= this.#begin;
    this.#begin = 0;
  }
}

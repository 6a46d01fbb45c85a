// Latencies in a few kilobytes: buckets whose width is a fixed share of their value, as in an HDR histogram.
import type { LatencyFigures } from '../contract.ts';

/** Values are whole microseconds below 2^31: 35 minutes. */
const MAX_MICROSECONDS = 2 ** 31 - 1;

/** A histogram on its way to another thread. */
export interface HistogramState {
  readonly bits: number;
  readonly counts: Uint32Array<ArrayBuffer>;
  readonly sumMs: number;
  readonly maxMs: number;
}

export class Histogram {
  count = 0;
  #sumMs = 0;
  #maxMs = 0;
  readonly #bits: number;
  readonly #counts: Uint32Array<ArrayBuffer>;

  /** @param bits A bucket is at most 2^(1 - bits) of its value wide: 8 bits are 0.8 %, 6 bits 3 %. */
  constructor(bits: number = 8) {
    this.#bits = bits;
    const half = 2 ** (bits - 1);
    this.#counts = new Uint32Array(half * (33 - bits));
  }

  record(ms: number): void {
    const value = Math.min(MAX_MICROSECONDS, Math.max(0, Math.round(ms * 1000)));
    const shift = Math.max(0, 32 - this.#bits - Math.clz32(value));
    const bucket = (shift << (this.#bits - 1)) + (value >>> shift);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.count += 1;
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** The value below which a share of all lies, by linear interpolation inside of its bucket; 0 without values. */
  quantile(share: number): number {
    const rank = share * this.count;
    let below = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      if (count === 0) continue;
      if (below + count >= rank) {
        const [fromMs, toMs] = this.#boundsOf(bucket);
        return Math.min(this.#maxMs, fromMs + ((toMs - fromMs) * (rank - below)) / count);
      }
      below += count;
    }
    return this.#maxMs;
  }

  figures(): LatencyFigures {
    return {
      count: this.count,
      meanMs: this.count === 0 ? 0 : this.#sumMs / this.count,
      p50Ms: this.quantile(0.5),
      p90Ms: this.quantile(0.9),
      p99Ms: this.quantile(0.99),
      p999Ms: this.quantile(0.999),
      maxMs: this.#maxMs,
    };
  }

  add({ bits, counts, sumMs, maxMs }: HistogramState): void {
    if (bits !== this.#bits) throw new TypeError(`a histogram of ${bits} bits is not one of ${this.#bits}`);
    for (const [bucket, count] of counts.entries()) {
      if (count === 0) continue;
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
      this.count += count;
    }
    this.#sumMs += sumMs;
    this.#maxMs = Math.max(this.#maxMs, maxMs);
  }

  state(): HistogramState {
    return { bits: this.#bits, counts: this.#counts, sumMs: this.#sumMs, maxMs: this.#maxMs };
  }

  /** Wider buckets: each bound is `factor` times the one before. From the first to the last that holds a value. */
  buckets(factor: number = 1.1): readonly (readonly [upToMs: number, count: number])[] {
    const found = new Map<number, number>();
    for (const [bucket, count] of this.#counts.entries()) {
      if (count === 0) continue;
      const [fromMs, toMs] = this.#boundsOf(bucket);
      const power = Math.ceil(Math.log((fromMs + toMs) / 2) / Math.log(factor));
      found.set(power, (found.get(power) ?? 0) + count);
    }
    const [first = 0, last = -1] = [[...found.keys()].at(0), [...found.keys()].at(-1)];
    return Array.from({ length: last - first + 1 }, (_, i) => [
      Number((factor ** (first + i)).toPrecision(4)),
      found.get(first + i) ?? 0,
    ]);
  }

  /** A value was rounded to whole microseconds: it is up to half of one away. */
  #boundsOf(bucket: number): readonly [fromMs: number, toMs: number] {
    const half = 2 ** (this.#bits - 1);
    const shift = Math.max(0, Math.floor(bucket / half) - 1);
    const from = (bucket - shift * half) * 2 ** shift - 0.5;
    return [Math.max(0, from) / 1000, (from + 2 ** shift) / 1000];
  }
}

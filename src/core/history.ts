// What was measured, once a second, for as long as is wanted and no longer.

/** A moment: `atMs` and what was measured then, `NaN` for what is not known. */
export type Moment<Name extends string> = Readonly<Record<Name, number>> & { readonly atMs: number };

/** One curve: moments and values side by side, oldest first. */
export interface Curve {
  readonly atMs: Float64Array;
  readonly values: Float32Array;
}

/** The most recent moments, in memory that is taken once: 4 bytes for each value and 8 for each moment. */
export class History<Name extends string> {
  readonly #times: Float64Array;
  readonly #columns: ReadonlyMap<Name, Float32Array>;
  #added = 0;

  /** @param length How many moments: 600 are ten minutes. */
  constructor(names: readonly Name[], length: number) {
    this.#times = new Float64Array(length);
    this.#columns = new Map(names.map((name) => [name, new Float32Array(length)]));
  }

  add(moment: Moment<Name>): void {
    const at = this.#added % this.#times.length;
    this.#times[at] = moment.atMs;
    for (const [name, column] of this.#columns) column[at] = moment[name];
    this.#added += 1;
  }

  /** How many moments have ever been added: the number of the next one. */
  get added(): number {
    return this.#added;
  }

  /** The number of the oldest moment that is still kept. */
  get oldest(): number {
    return Math.max(0, this.#added - this.#times.length);
  }

  /**
   * As it is now; what is added later doesn't change it.
   *
   * @param from The number of the first moment that is wanted. Default: the oldest one.
   * @param to The number after the last one.
   */
  curve(name: Name, from: number = this.oldest, to: number = this.#added): Curve {
    const column = this.#columns.get(name) ?? new Float32Array(this.#times.length);
    return { atMs: this.times(from, to), values: this.#copy(column, new Float32Array(to - from), from) };
  }

  /** When it was, as in {@link curve}. */
  times(from: number, to: number): Float64Array {
    return this.#copy(this.#times, new Float64Array(to - from), from);
  }

  #copy<T extends Float32Array | Float64Array>(ring: T, into: T, from: number): T {
    const at = from % ring.length;
    const whole = Math.min(into.length, ring.length - at);
    into.set(ring.subarray(at, at + whole));
    into.set(ring.subarray(0, into.length - whole), whole);
    return into;
  }

  curves(names: readonly Name[]): Readonly<Record<Name, Curve>> {
    return Object.fromEntries(names.map((name) => [name, this.curve(name)])) as Record<Name, Curve>;
  }
}

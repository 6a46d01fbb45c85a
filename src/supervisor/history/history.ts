// What was measured, once a second, for as long as is wanted and no longer.

/** A moment: `atMs` and what was measured then, `NaN` for what is not known. */
export type Moment<Name extends string> = Readonly<Record<Name, number>> & { readonly atMs: number };

/** One curve: moments and values side by side, oldest first. */
export interface Curve {
  readonly atMs: Float64Array;
  readonly values: Float32Array;
}

/** The last so many moments, in memory that is taken once: 4 bytes for each value and 8 for each moment. */
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

  /** As it is now; what is added later doesn't change it. */
  curve(name: Name): Curve {
    const column = this.#columns.get(name) ?? new Float32Array(this.#times.length);
    const { length } = this.#times;
    const count = Math.min(this.#added, length);
    const atMs = new Float64Array(count);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 1) {
      const from = (this.#added - count + i) % length;
      atMs[i] = this.#times[from] ?? 0;
      values[i] = column[from] ?? 0;
    }
    return { atMs, values };
  }

  curves(names: readonly Name[]): Readonly<Record<Name, Curve>> {
    return Object.fromEntries(names.map((name) => [name, this.curve(name)])) as Record<Name, Curve>;
  }
}

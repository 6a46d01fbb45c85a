/** A rate that is known to lie between two others. */
export interface Range {
  readonly low: number;
  /** Not a number where only a bound is known. */
  readonly value: number;
  readonly high: number;
}

/** Nothing is known. */
export const ANYTHING: Range = Object.freeze({ low: 0, value: Number.NaN, high: Infinity });

// Axes of charts: where a value lies, and which values are written beside them.

/** One direction of a chart. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  /** Values that get a label, in their order. */
  readonly ticks: readonly number[];
  readonly show: (value: number) => string;
  /** Where a value lies between both ends, 0 to 1. */
  readonly at: (value: number) => number;
}

const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/**
 * From 0 to a round number that is not below `most`, with labels at both ends and in the middle.
 * @param base 1024 where sizes are shown: 150 MB are round, 150,000,000 bytes are not.
 */
export function upTo(most: number, show: Axis['show'], base: 10 | 1024 = 10): Axis {
  const unit = base === 10 || !(most >= 1) ? 1 : base ** Math.floor(Math.log(most) / Math.log(base));
  const to = unit * roundTop(most / unit);
  return linear(0, to, [0, to / 2, to], show);
}

export function linear(from: number, to: number, ticks: readonly number[], show: Axis['show']): Axis {
  return { from, to, ticks, show, at: (value) => (to === from ? 0 : (value - from) / (to - from)) };
}

/** Where values are tried by factors. Values of 0 and below lie before its beginning. */
export function logarithmic(from: number, to: number, ticks: readonly number[], show: Axis['show']): Axis {
  const at = (value: number): number =>
    to === from ? 0 : Math.log(Math.max(value, Number.MIN_VALUE) / from) / Math.log(to / from);
  return { from, to, ticks, show, at };
}

/** Labels that are at least this share of the axis from the one before. */
export function spaced({ ticks, at }: Axis, least: number): readonly number[] {
  const found: number[] = [];
  for (const tick of ticks) {
    const before = found.at(-1);
    if (before === undefined || at(tick) - at(before) >= least) found.push(tick);
  }
  return found;
}

/** The smallest number that halves well and is not below. */
function roundTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.find((step) => step * power >= value) ?? 10);
}

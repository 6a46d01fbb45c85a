// Where the lines of a picture go. Pure.

/** The smallest round number that is not below. @param base 1024 for bytes. */
export function roundTop(value: number, base: 10 | 1024 = 10): number {
  if (!(value > 0)) return 1;
  if (base === 1024 && value > 1024) {
    const unit = 1024 ** Math.floor(Math.log(value) / Math.log(1024));
    return roundTop(value / unit) * unit;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= value * 0.999_999) ?? 10;
  return step * power;
}

const STEPS_SECONDS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800];

/** Moments to write under the axis: round ones, `most` of them at the most. */
export function timeTicks(fromMs: number, toMs: number, most: number): number[] {
  const stepMs = 1000 * (STEPS_SECONDS.find((seconds) => (toMs - fromMs) / 1000 / seconds <= most) ?? 1800);
  const ticks: number[] = [];
  for (let at = Math.ceil(fromMs / stepMs) * stepMs; at <= toMs; at += stepMs) ticks.push(at);
  return ticks;
}

/** The many values of a curve as few columns: the mean of each, or its highest where a peak matters; NaN where nothing is known. */
export function columns(
  atMs: ArrayLike<number>,
  values: ArrayLike<number>,
  [fromMs, toMs]: readonly [number, number],
  count: number,
  kind: 'mean' | 'most',
): Float64Array {
  const found = new Float64Array(count).fill(Number.NaN);
  const many = new Uint16Array(count);
  for (let i = 0; i < atMs.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    const place = Math.floor((((atMs[i] ?? 0) - fromMs) / (toMs - fromMs)) * count);
    const at = Math.min(place, count - 1);
    if (Number.isNaN(value) || place < 0 || place > count) continue;
    const before = found[at] ?? Number.NaN;
    const isFirst = Number.isNaN(before);
    if (kind === 'most') found[at] = isFirst ? value : Math.max(before, value);
    else found[at] = isFirst ? value : before + value;
    many[at] = (many[at] ?? 0) + 1;
  }
  if (kind === 'mean') {
    for (let i = 0; i < count; i += 1) found[i] = (found[i] ?? 0) / (many[i] ?? 1);
  }
  return found;
}

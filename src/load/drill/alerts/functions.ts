// Functions of PromQL over the samples of a range.

interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** @returns Undefined where there is no result. */
type RangeFunction = (points: readonly Point[], fromMs: number, toMs: number) => number | undefined;

/** A gap of more than that many times the usual distance is not extrapolated over. */
const EXTRAPOLATION_GAP = 1.1;

export const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: (points, fromMs, toMs) => {
    const grown = increase(points, fromMs, toMs);
    return grown === undefined ? undefined : (1000 * grown) / (toMs - fromMs);
  },
  increase,
  sum_over_time: (points) => (points.length === 0 ? undefined : sum(points)),
  avg_over_time: (points) => (points.length === 0 ? undefined : sum(points) / points.length),
  last_over_time: (points) => points.at(-1)?.value,
  count_over_time: (points) => (points.length === 0 ? undefined : points.length),
  max_over_time: (points) =>
    points.length === 0 ? undefined : points.reduce((most, { value }) => Math.max(most, value), -Infinity),
};

function sum(points: readonly Point[]): number {
  return points.reduce((total, { value }) => total + value, 0);
}

/** As Prometheus does it: resets are added up, and both ends are extrapolated, but not below zero and not over a long gap. */
function increase(points: readonly Point[], fromMs: number, toMs: number): number | undefined {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return undefined;
  let grown = last.value - first.value;
  let before = first.value;
  for (const { value } of points) {
    if (value < before) grown += before;
    before = value;
  }
  const sampledMs = last.atMs - first.atMs;
  const meanMs = sampledMs / (points.length - 1);
  let startMs = first.atMs - fromMs;
  if (startMs >= EXTRAPOLATION_GAP * meanMs) startMs = meanMs / 2;
  if (grown > 0 && first.value >= 0) startMs = Math.min(startMs, sampledMs * (first.value / grown));
  let endMs = toMs - last.atMs;
  if (endMs >= EXTRAPOLATION_GAP * meanMs) endMs = meanMs / 2;
  return (grown * (sampledMs + startMs + endMs)) / sampledMs;
}

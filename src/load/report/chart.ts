// Curves over the seconds of a run, and the distribution of latency.
import { type Chart, figure, type Point } from '../../core/chart.ts';
import { linear, upTo } from '../../core/chart-axis.ts';
import { count } from '../../core/units.ts';
import type { Html } from '../../core/html.ts';

export interface Layer {
  readonly name: string;
  /** Class of the style. */
  readonly color: string;
  /** One value for each second; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
}

/** At most this many points across: more could not be distinguished. */
const MAX_POINTS = 600;

/** Empty without a value. */
export function overSeconds({
  title,
  show,
  layers,
  isStacked,
}: {
  readonly title: string;
  readonly show: (value: number) => string;
  readonly layers: readonly Layer[];
  /** Areas on top of each other instead of lines. */
  readonly isStacked: boolean;
}): Html {
  const seconds = Math.max(...layers.map(({ values }) => values.length));
  const series = layers.map(({ name, color, values }) => ({ name, color, points: thin(values, isStacked) }));
  const sums = Array.from({ length: Math.max(...series.map(({ points }) => points.length)) }, (_, i) =>
    series.map(({ points }) => points[i]?.[1] ?? 0),
  );
  const tops = sums.map((values) =>
    isStacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values),
  );
  return figure({
    title,
    x: linear(0, seconds, [0, seconds / 2, seconds], (at) => `${Math.round(at)} s`),
    y: upTo(Math.max(0, ...tops), show),
    series,
    isStacked,
  });
}

/** How many were served up to which time, bucket by bucket. */
export function distribution(
  title: string,
  buckets: readonly (readonly [upTo: number, count: number])[],
  show: (value: number) => string,
): Html {
  const most = Math.max(0, ...buckets.map(([, found]) => found));
  // Steps: buckets are as wide as each other, though what they span grows.
  const points = buckets.flatMap(([, found], i): readonly Point[] => [
    [i, found],
    [i + 1, found],
  ]);
  const x: Chart['x'] = linear(
    0,
    buckets.length,
    [0, 0.25, 0.5, 0.75, 1].map((share) => share * buckets.length),
    (at) => show(buckets[Math.min(buckets.length - 1, Math.round(at))]?.[0] ?? 0),
  );
  return figure({
    title,
    x,
    y: upTo(most, count),
    series: [{ name: 'served', color: 'good', points }],
    isStacked: true,
  });
}

/** Neighbours as one point: their mean in stacks, the highest of lines, where a peak matters. */
function thin(values: Layer['values'], isMean: boolean): readonly Point[] {
  const together = Math.max(1, Math.ceil(values.length / MAX_POINTS));
  return Array.from({ length: Math.ceil(values.length / together) }, (_, i): Point => {
    const some = values.slice(i * together, (i + 1) * together).filter((value) => value !== undefined);
    const at = (i + 0.5) * together;
    if (some.length === 0) return [at, undefined];
    return [at, isMean ? some.reduce((sum, value) => sum + value, 0) / some.length : Math.max(...some)];
  });
}

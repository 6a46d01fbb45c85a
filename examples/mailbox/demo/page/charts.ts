// Curves over the time of a run, drawn as all reports of Respite draw them.
import { type Axis, linear, logarithmic, upTo } from '../../../../src/core/chart-axis.ts';
import { figure } from '../../../../src/core/chart.ts';
import type { Html } from '../../../../src/core/html.ts';

export interface Curve {
  readonly name: string;
  /** Class of the style, such as `good` or `late`. */
  readonly color: string;
  /** Undefined where nothing was measured: the curve goes straight to the next value. */
  readonly points: readonly (readonly [atMs: number, value: number | undefined])[];
}

export interface CurveChart {
  readonly title: string;
  /** What is drawn, in a sentence or two. */
  readonly note: string;
  readonly curves: readonly Curve[];
  /** The axis of the values, given the smallest and the largest of them. */
  readonly axis: (least: number, most: number) => Axis;
}

/** The time that all charts of a page show. */
export interface Timeline {
  readonly untilMs: number;
  /** A part that is shaded, and what it is. */
  readonly shaded?: { readonly fromMs: number; readonly untilMs: number; readonly name: string };
}

/** Steps of the labels below. */
const STEP_MS = 5000;

/** Values below and at `atLeast` fit too: a curve along the bottom reads wrong when the top is 0.03. */
export function fromZero(show: Axis['show'], atLeast = 0): CurveChart['axis'] {
  return (_, most) => upTo(Math.max(atLeast, most), show);
}

export const shares: CurveChart['axis'] = () => linear(0, 100, [0, 25, 50, 75, 100], (value) => `${value} %`);

/** Powers of ten, from 1 ms or less to `atLeastMs` or more. */
export function waits(atLeastMs: number): CurveChart['axis'] {
  return (least, most) => {
    const from = Math.floor(Math.log10(Math.min(1, least)));
    const to = Math.max(atLeastMs, most);
    const ticks = Array.from({ length: Math.floor(Math.log10(to)) - from + 1 }, (_, i) => 10 ** (from + i));
    return logarithmic(10 ** from, to, ticks, (ms) => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`));
  };
}

/** Empty when nothing was measured. */
export function drawCurves({ title, note, curves, axis }: CurveChart, { untilMs, shaded }: Timeline): Html {
  const series = curves.map(({ name, color, points }) => ({
    name,
    color,
    points: points.filter(([, value]) => value !== undefined),
  }));
  const values = series.flatMap(({ points }) => points.map(([, value]) => value ?? 0));
  const times = Array.from({ length: Math.floor(untilMs / STEP_MS) + 1 }, (_, i) => i * STEP_MS);
  return figure({
    title,
    note,
    label: `${title}: ${note} The table below has the numbers.`,
    x: linear(0, untilMs, times, (ms) => `${ms / 1000} s`),
    y: axis(Math.min(...values), Math.max(...values)),
    series,
    ...(shaded === undefined
      ? {}
      : {
          xName: `shaded: ${shaded.name}`,
          spans: [{ from: shaded.fromMs, to: shaded.untilMs, name: shaded.name }],
        }),
  });
}

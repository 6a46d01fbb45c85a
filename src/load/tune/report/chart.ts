// Curves of one value over another. Horizontally the axis is logarithmic: rates, limits and backlogs are tried by factors.
import { figure, type Point } from '../../../core/chart.ts';
import { logarithmic, upTo } from '../../../core/chart-axis.ts';
import { type Html, html } from '../../../core/html.ts';
import { count } from '../../../core/units.ts';

export interface Chart {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly lines: readonly { readonly name: string; readonly points: readonly Point[] }[];
  /** A point worth naming. */
  readonly mark?: { readonly x: number; readonly name: string } | undefined;
}

/** Empty when there are not two points to join. */
export function drawChart({ title, xName, yName, lines, mark }: Chart): Html {
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map(([x]) => x).filter((x) => x > 0))].toSorted((a, b) => a - b);
  const [from = 0, to = 0] = [xs[0], xs.at(-1)];
  if (xs.length < 2) return html``;
  return figure({
    title,
    label: `${title}: ${yName} by ${xName}`,
    x: logarithmic(from, to, xs, short),
    y: upTo(Math.max(...points.map(([, y]) => y ?? 0)), short),
    series: lines.map(({ name, points: own }, i) => ({
      name,
      color: `line${i + 1}`,
      points: own.filter(([x]) => x > 0).toSorted(([a], [b]) => a - b),
    })),
    hasDots: true,
    xName: mark === undefined ? xName : `${xName}; dashed: ${mark.name}`,
    marks: mark === undefined ? [] : [mark],
  });
}

function short(value: number): string {
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : count(value);
}

// Curves of the last minutes, with the moments of the incident marked.
import { figure, type Point } from '../../../../core/chart.ts';
import { linear, upTo } from '../../../../core/chart-axis.ts';
import type { Curve } from '../../../../core/history.ts';
import { type Html, html } from '../../../../core/html.ts';

export interface Line {
  readonly name: string;
  readonly curve: Curve;
}

/** One picture. */
export interface Chart {
  readonly title: string;
  readonly lines: readonly Line[];
  /** A value in words, with its unit. */
  readonly show: (value: number) => string;
  /** What the top edge is at least: a share of 1 reads wrong when the picture ends at 0.03. */
  readonly atLeast: number;
  /** Of round numbers on the axis. Default 10. */
  readonly base?: 10 | 1024;
}

/** A moment to be marked. */
export interface Mark {
  readonly atMs: number;
  readonly name: string;
}

/** Moments further apart than this are not joined: nothing was measured in between. */
const GAP_MS = 5000;

/** Empty when nothing was measured. */
export function drawChart({ title, lines, show, atLeast, base }: Chart, marks: readonly Mark[]): Html {
  const known = lines.filter(({ curve }) => curve.values.some((value) => !Number.isNaN(value)));
  const times = known.flatMap(({ curve }) => [curve.atMs[0] ?? 0, curve.atMs.at(-1) ?? 0]);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  if (known.length === 0 || to <= from) return html``;
  const said = known.map(
    ({ name, curve }) => `${name} ${show(last(curve))}, at most ${show(largest(curve))}`,
  );
  return figure({
    title,
    label: `${title}: ${said.join('; ')}`,
    x: linear(from, to, [from, to], clock),
    y: upTo(Math.max(atLeast, ...known.map(({ curve }) => largest(curve))), show, base),
    series: known.map(({ name, curve }, i) => ({
      name: `${name} ${show(last(curve))}`,
      color: `line${i + 1}`,
      points: pointsOf(curve),
    })),
    marks: marks.map(({ atMs, name }) => ({ x: atMs, name })),
  });
}

/** In pieces where something is not known. */
function pointsOf({ atMs, values }: Curve): readonly Point[] {
  const points: Point[] = [];
  let beforeMs = Infinity;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    const at = atMs[i] ?? 0;
    if (Number.isNaN(value) || value === Infinity) continue;
    if (at - beforeMs > GAP_MS) points.push([at, undefined]);
    points.push([at, Math.max(0, value)]);
    beforeMs = at;
  }
  return points;
}

function largest({ values }: Curve): number {
  return values.reduce((most, value) => (value > most && value !== Infinity ? value : most), 0);
}

function last({ values }: Curve): number {
  return values.findLast((value) => !Number.isNaN(value) && value !== Infinity) ?? 0;
}

/** In UTC, as logs have it. */
export function clock(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

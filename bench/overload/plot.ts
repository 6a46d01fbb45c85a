// Goodput and p99 against offered load, a line for each system, as SVG that is readable on light and on dark pages.
import type { Plot } from '../lib/benchmark.ts';
import { only, shareOfCapacity } from './figures.ts';
import type { Connections } from './generator/plan.ts';
import type { Run } from './measure.ts';
import { SYSTEMS } from './systems.ts';
import type { Workload } from './workloads.ts';

const PANEL = { width: 330, height: 230, top: 56, left: 52, gap: 66 } as const;
const LEGEND_ROW = 18;
const LEGEND_COLUMN = 178;
const LEGEND_COLUMNS = 4;
const WIDTH: number = 2 * PANEL.width + PANEL.left + PANEL.gap + 20;

/** Mid-tones that keep a contrast of at least 3 to 1 with both white and GitHub's dark background. */
const COLORS: readonly string[] = [
  '#808890',
  '#b8860b',
  '#2f81f7',
  '#d1642c',
  '#b0623f',
  '#a35cc9',
  '#c2548f',
  '#3c9a4a',
  '#1f9a94',
];

interface Axis {
  readonly title: string;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  /** Where a value lies between the axis's ends, 0 to 1. */
  readonly at: (value: number) => number;
}

type Point = readonly [x: number, y: number];

interface Line {
  readonly system: (typeof SYSTEMS)[number];
  readonly share: readonly Point[];
  readonly p99: readonly Point[];
}

/** Loads are few, so that a workload with a single one is not worth a drawing. */
export function plotsOf(workloads: readonly Workload[], runs: readonly Run[]): readonly Plot[] {
  return workloads.flatMap((workload) =>
    workload.connections.flatMap((connections) => {
      const mine = only(runs, { workload: workload.name, connections }).filter(({ isVoid }) => !isVoid);
      return new Set(mine.map(({ load }) => load)).size < 2 ? [] : [draw(workload, connections, mine)];
    }),
  );
}

function draw({ name, summary }: Workload, connections: Connections, runs: readonly Run[]): Plot {
  const loads = [...new Set(runs.map(({ load }) => load))].toSorted((a, b) => a - b);
  const lines = SYSTEMS.map((system) => lineOf(system, only(runs, { system }))).filter(
    ({ share }) => share.length > 0,
  );
  const x = logarithmic('offered load, times the capacity', loads, String);
  const share = linear('served within 1 s, share of the capacity', [0, 0.25, 0.5, 0.75, 1], (value) =>
    String(100 * value).concat(' %'),
  );
  const p99 = logarithmic('p99 of the served', [1, 10, 100, 1000, 10_000], (value) =>
    value < 1000 ? `${value} ms` : `${value / 1000} s`,
  );
  const legendTop = PANEL.top + PANEL.height + 54;
  const height = legendTop + Math.ceil(lines.length / LEGEND_COLUMNS) * LEGEND_ROW + 6;
  const connection = connections === 'new' ? 'a new connection for each request' : 'kept-alive connections';
  const title = `${name}: ${summary}; ${connection}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #768390; }
  .title { font-weight: 600; font-size: 14px; }
  .grid { stroke: #8c959f; stroke-opacity: .3; }
</style>
<text class="title" x="${PANEL.left}" y="20">${escape(title)}</text>
${panel(
  PANEL.left,
  x,
  share,
  lines.map((line) => [line.system, line.share]),
)}
${panel(
  PANEL.left + PANEL.width + PANEL.gap,
  x,
  p99,
  lines.map((line) => [line.system, line.p99]),
)}
${lines.map(({ system }, i) => legend(system, i, legendTop)).join('\n')}
</svg>
`;
  return { name: `${name}-${connections}`, title, svg };
}

function lineOf(system: Line['system'], runs: readonly Run[]): Line {
  const sorted = runs.toSorted((a, b) => a.load - b.load);
  return {
    system,
    share: sorted.map((run): Point => [run.load, shareOfCapacity(run)]),
    p99: sorted.flatMap(({ load, flood }): Point[] =>
      flood.all.p99Ms === null ? [] : [[load, flood.all.p99Ms]],
    ),
  };
}

function panel(
  left: number,
  x: Axis,
  y: Axis,
  lines: readonly (readonly [system: Line['system'], points: readonly Point[]])[],
): string {
  const atX = (value: number): string => (left + x.at(value) * PANEL.width).toFixed(1);
  const atY = (value: number): string => (PANEL.top + (1 - y.at(value)) * PANEL.height).toFixed(1);
  const bottom = PANEL.top + PANEL.height;
  return [
    `<text x="${left}" y="${PANEL.top - 14}">${y.title}</text>`,
    ...y.ticks.map(
      (tick) =>
        `<path class="grid" d="M${left} ${atY(tick)}h${PANEL.width}"/>` +
        `<text x="${left - 6}" y="${atY(tick)}" dy="4" text-anchor="end">${y.format(tick)}</text>`,
    ),
    ...x.ticks.map(
      (tick) => `<text x="${atX(tick)}" y="${bottom + 18}" text-anchor="middle">${x.format(tick)}</text>`,
    ),
    `<text x="${left + PANEL.width / 2}" y="${bottom + 36}" text-anchor="middle">${x.title}</text>`,
    ...lines.map(([system, points]) => {
      const corners = points.map(([px, py]) => `${atX(px)},${atY(py)}`);
      const dots = points.map(([px, py]) => `<circle cx="${atX(px)}" cy="${atY(py)}" r="3"/>`);
      const width = system === 'respite' ? 3 : 1.75;
      return (
        `<g fill="${colorOf(system)}"><polyline points="${corners.join(' ')}" fill="none" ` +
        `stroke="${colorOf(system)}" stroke-width="${width}" stroke-linejoin="round"/>${dots.join('')}</g>`
      );
    }),
  ].join('\n');
}

function legend(system: Line['system'], index: number, top: number): string {
  const x = PANEL.left + (index % LEGEND_COLUMNS) * LEGEND_COLUMN;
  const y = top + Math.floor(index / LEGEND_COLUMNS) * LEGEND_ROW;
  return `<circle cx="${x + 5}" cy="${y}" r="5" fill="${colorOf(system)}"/><text x="${x + 16}" y="${y + 4}">${system}</text>`;
}

function colorOf(system: Line['system']): string {
  return COLORS[SYSTEMS.indexOf(system)] ?? '#808890';
}

function linear(title: string, ticks: readonly number[], format: Axis['format']): Axis {
  return axis(title, ticks, format, (value) => value);
}

function logarithmic(title: string, ticks: readonly number[], format: Axis['format']): Axis {
  return axis(title, ticks, format, Math.log10);
}

function axis(
  title: string,
  ticks: readonly number[],
  format: Axis['format'],
  scale: (value: number) => number,
): Axis {
  const from = scale(ticks[0] ?? 0);
  const to = scale(ticks.at(-1) ?? 1);
  const at = (value: number): number => Math.min(1.04, Math.max(0, (scale(value) - from) / (to - from)));
  return { title, ticks, format, at };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

// Goodput and p99 against offered load, a line for each system, as SVG that is readable on light and on dark pages.
import { type Axis, linear, logarithmic } from '../../src/core/chart-axis.ts';
import { plot, type Point } from '../../src/core/chart.ts';
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
  const x = logarithmic(loads[0] ?? 1, loads.at(-1) ?? 1, loads, String);
  const share = linear(0, 1, [0, 0.25, 0.5, 0.75, 1], (value) => `${100 * value} %`);
  const p99 = logarithmic(1, 10_000, [1, 10, 100, 1000, 10_000], (value) =>
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
  path { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
  .grid { stroke: #8c959f; stroke-opacity: .3; }
  .dot { stroke-width: 6; stroke-linecap: round; }
  .line.respite { stroke-width: 3; }
${lines.map(({ system }) => `  .${system} { stroke: ${colorOf(system)}; }`).join('\n')}
</style>
<text class="title" x="${PANEL.left}" y="20">${escape(title)}</text>
${panel(
  'served within 1 s, share of the capacity',
  PANEL.left,
  x,
  share,
  lines.map((line) => [line.system, line.share]),
)}
${panel(
  'p99 of the served',
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
  title: string,
  left: number,
  x: Axis,
  y: Axis,
  lines: readonly (readonly [system: Line['system'], points: readonly Point[]])[],
): string {
  const { top, width, height } = PANEL;
  const series = lines.map(([system, points]) => ({ name: system, color: system, points }));
  const drawing = plot({ title, x, y, series, hasDots: true }, { left, top, width, height });
  const bottom = top + height;
  return [
    `<text x="${left}" y="${top - 14}">${title}</text>`,
    ...y.ticks.map((tick) => {
      const atY = (top + (1 - y.at(tick)) * height).toFixed(1);
      return `<text x="${left - 6}" y="${atY}" dy="4" text-anchor="end">${y.show(tick)}</text>`;
    }),
    ...x.ticks.map((tick) => {
      const atX = (left + x.at(tick) * width).toFixed(1);
      return `<text x="${atX}" y="${bottom + 18}" text-anchor="middle">${x.show(tick)}</text>`;
    }),
    `<text x="${left + width / 2}" y="${bottom + 36}" text-anchor="middle">offered load, times the capacity</text>`,
    drawing.text,
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

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

// Prints an outcome, and keeps it for others to read.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Benchmark, Outcome, Plot, Table } from './benchmark.ts';
import { environment } from './environment.ts';
import { resultJson } from './result-json.ts';
import { repository } from './server.ts';

export interface Result {
  readonly benchmark: Benchmark;
  /** Command that was run. */
  readonly command: string;
  readonly quick: boolean;
  readonly outcome: Outcome;
}

export function allHold({ goals }: Outcome): boolean {
  return goals.every(({ holds }) => holds);
}

export function renderText({ outcome }: Result): string {
  const parts = [...outcome.tables, goalsTable(outcome)].map(
    (table) => `${table.title}\n${alignedRows(table)}`,
  );
  return [...parts, outcome.notes.map((note) => `- ${note}`).join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Writes bench/results/<name>.md and .json, and the plots as <name>-<plot>.svg. */
export function save(result: Result): void {
  const folder = path.join(repository, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const { benchmark, command, quick } = result;
  const { name, measures, spread } = benchmark;
  const { plots = [], ...outcome } = result.outcome;
  for (const plot of plots) writeFileSync(path.join(folder, plotFile(name, plot)), plot.svg);
  writeFileSync(path.join(folder, `${name}.md`), renderMarkdown(result));
  const json = { name, command, quick, measures, spread, environment: environment(), ...outcome };
  writeFileSync(path.join(folder, `${name}.json`), resultJson(json));
}

function renderMarkdown({ benchmark, command, quick, outcome }: Result): string {
  const { name, summary, spread } = benchmark;
  const settings = Object.entries({ command, spread, ...environment(), ...outcome.settings });
  const parts = [
    `# ${name}\n\n${capitalized(summary)}.`,
    quick ? '**Quick settings: these figures show only that the benchmark works.**' : '',
    ...[goalsTable(outcome), ...outcome.tables].map((table) => `## ${table.title}\n\n${markdownRows(table)}`),
    ...(outcome.plots ?? []).map((plot) => `![${plot.title}](${plotFile(name, plot)})`),
    outcome.notes.length === 0 ? '' : `## Notes\n\n${outcome.notes.map((note) => `- ${note}`).join('\n')}`,
    `## Environment and settings\n\n${settings.map(([key, value]) => `- ${key}: ${value}`).join('\n')}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function plotFile(name: string, plot: Plot): string {
  return `${name}-${plot.name}.svg`;
}

function goalsTable({ goals }: Outcome): Table {
  return {
    title: 'Must hold',
    columns: ['what', 'goal', 'figure', ''],
    rows: goals.map(({ what, goal, figure, holds }) => [what, goal, figure, holds ? 'OK' : 'NO']),
  };
}

function alignedRows({ columns, rows }: Table): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((cells) => (cells[i] ?? '').length)));
  return lines
    .map((cells) => `  ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

function markdownRows({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// Writes the tables of docs/design/adaptive-limit.md: `node scripts/adaptive-limit-table.ts`. Simulated, so they are the same on
// every machine.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FailsafeLimit } from '../test/simulator/competitors/failsafe.ts';
import { aimd, gradient2, vegas } from '../test/simulator/competitors/netflix.ts';
import { AdaptiveLimit, fixedLimit, type LimitController } from '../test/simulator/controller.ts';
import { SCENARIOS } from '../test/simulator/scenarios.ts';
import { bestFixed, scoreOf } from '../test/simulator/score.ts';

const DOCUMENT = path.resolve(import.meta.dirname, '../docs/design/adaptive-limit.md');
const MARKS = { begin: '<!-- table: begin -->', end: '<!-- table: end -->' };

/** Not the seeds that the defaults were found with (11 and 12). */
const SEEDS: readonly number[] = [101, 102, 103, 104, 105];

const CONTROLLERS: Readonly<Record<string, () => LimitController>> = {
  Respite: () => new AdaptiveLimit(),
  'failsafe-go': () => new FailsafeLimit(),
  Gradient2: () => gradient2(0),
  'Gradient2, 1 s': () => gradient2(1000),
  Vegas: () => vegas(0),
  'Vegas, 1 s': () => vegas(1000),
  'AIMD, 500 ms': () => aimd(500),
  'fixed 20': () => fixedLimit(20),
  'fixed 256': () => fixedLimit(256),
};

const rows: string[][] = [['goodput in % (p99 in ms)', 'best fixed', ...Object.keys(CONTROLLERS)]];
const worst = Object.fromEntries(Object.keys(CONTROLLERS).map((name) => [name, Infinity]));
for (const scenario of Object.values(SCENARIOS)) {
  const best = bestFixed(scenario, SEEDS.slice(0, 2));
  const cells = [scenario.name, `${best.limit}: ${cell(best.share, best.p99Ms)}`];
  for (const [name, create] of Object.entries(CONTROLLERS)) {
    const { share, p99Ms } = scoreOf(scenario, create, SEEDS);
    worst[name] = Math.min(worst[name] ?? Infinity, share / best.share);
    cells.push(cell(share, p99Ms));
  }
  rows.push(cells);
  console.log(cells.join(' | '));
}
const worstCells = Object.values(worst).map((share) => (100 * share).toFixed(0));
rows.push(['**worst, in % of the best fixed**', '', ...worstCells.map((share) => `**${share}**`)]);

const document = readFileSync(DOCUMENT, 'utf8');
const [before] = document.split(MARKS.begin);
const [, after] = document.split(MARKS.end);
if (before === undefined || after === undefined) throw new Error(`the marks are missing in ${DOCUMENT}`);
writeFileSync(DOCUMENT, `${before}${MARKS.begin}\n\n${markdown(rows)}\n\n${MARKS.end}${after}`);

function cell(share: number, p99Ms: number): string {
  return `${(100 * share).toFixed(0)} (${p99Ms === Infinity ? '∞' : p99Ms.toFixed(0)})`;
}

function markdown(table: readonly (readonly string[])[]): string {
  const [header = []] = table;
  const widths = header.map((_, i) => Math.max(...table.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(header), rule, ...table.slice(1).map(line)].join('\n');
}

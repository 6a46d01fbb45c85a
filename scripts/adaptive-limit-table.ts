// Writes the tables of docs/design/adaptive-limit.md: `node scripts/adaptive-limit-table.ts`. Simulated, so they are the same on
// every machine.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FailsafeLimit } from '../test/simulator/competitors/failsafe.ts';
import { aimd, gradient2, vegas } from '../test/simulator/competitors/netflix.ts';
import { AdaptiveLimit, fixedLimit, type LimitController } from '../test/simulator/controller.ts';
import { SCENARIOS } from '../test/simulator/scenarios.ts';
import { bestFixed, scoreOf } from '../test/simulator/score.ts';
import { formatPage } from './pages/format.ts';
import { replaceGenerated } from './pages/generated-part.ts';
import { markdownTable } from './pages/table.ts';

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

const [header = [], ...body] = rows;
const document = replaceGenerated(readFileSync(DOCUMENT, 'utf8'), MARKS, markdownTable(header, body));
writeFileSync(DOCUMENT, await formatPage(DOCUMENT, document));

function cell(share: number, p99Ms: number): string {
  return `${(100 * share).toFixed(0)} (${p99Ms === Infinity ? '∞' : p99Ms.toFixed(0)})`;
}

// Figures that sentences and tables of the pages name: `<!-- figure: overload.cpu5 -->…<!-- /figure -->`.
import { type Figure, ofCell, ofGoal } from './figure.ts';

const CPU = 'cpu (2 ms of the processor), keep-alive';
const CPU_DETAILS = 'cpu: all figures';

export const FIGURES: Readonly<Record<string, Figure>> = {
  'accept.bare': ofCell('accept', 'Time from connecting', ['bare'], 'last', medianOnly),
  'accept.respite': ofGoal('accept', 'all 200 answered'),
  'client.cost': ofGoal('client', 'processor time over undici alone', microseconds),
  'footprint.supervisor': ofGoal('footprint', 'memory of the supervisor', medianOnly),
  'killed.refused': ofGoal('killed', 'connections refused'),
  'memory.bare': ofCell('overload', CPU_DETAILS, ['bare', 'keep-alive', '0.5 ×'], 'peak memory'),
  'memory.respite': ofCell('overload', CPU_DETAILS, ['respite', 'keep-alive', '0.5 ×'], 'peak memory'),
  'overload.bare': ofCell('overload', CPU, ['bare'], '5 ×', shareAndP99),
  'overload.cpu5': ofGoal('overload', 'cpu at 5 times, keep-alive', goalShareAndP99),
  'overload.nginx-below': ofCell('overload', CPU, ['nginx'], '0.95 ×', shareOnly),
  'overload.respite-below': ofCell('overload', CPU, ['respite'], '0.95 ×', shareOnly),
  'overhead.p50': ofCell('overhead', 'Median (least to most)', ['node: p50'], 'ratio', medianOnly),
  'outbound.refusals': ofGoal(
    'outbound',
    'server at 5 times its capacity, 50 clients: fewer refusals from 3 s on',
  ),
  'startup.cjs': ofGoal('startup', 'hello.cjs, added by respite run'),
  'startup.mjs': ofGoal('startup', 'hello.mjs, added by respite run'),
};

/** `31 % (4947 ms)`: share of the capacity, and p99. */
export function shareAndP99(cell: string): string {
  const [, share = '', p99 = '', rest = ''] = /^(\S+ %) \(([\d.]+) ms\)(.*)$/.exec(cell) ?? [];
  return `${share}, p99 ${seconds(Number(p99))}${rest.toLowerCase()}`;
}

function goalShareAndP99(figure: string): string {
  const [share = '', p99 = ''] = figure.split(', ');
  return `${share}, p99 ${p99}`;
}

function shareOnly(cell: string): string {
  return cell.slice(0, cell.indexOf(' ('));
}

/** `80.0 MB (79.6 MB to 80.0 MB)` without the spread, which the result shows. */
function medianOnly(cell: string): string {
  return shareOnly(cell);
}

function microseconds(figure: string): string {
  return `${(Number.parseFloat(figure) / 1000).toFixed(1)} µs`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

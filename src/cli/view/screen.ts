// `respite top`: the lines of the screen, or one line where there is none. Pure.
import { count } from '../../core/units.ts';
import path from 'node:path';
import { cut, printable } from '../printable.ts';
import { duration, perSecond, size } from '../words.ts';
import { type Reading, standing, type Traffic, traffic } from './figures.ts';
import {
  eventLoop,
  fullness,
  headroom,
  incidentLine,
  latency,
  refusals,
  verdict,
  workerTable,
} from './summary.ts';

/** What a line means; a terminal with colors shows it. */
type Tone = 'plain' | 'good' | 'bad' | 'dim' | 'title';

interface Line {
  readonly text: string;
  readonly tone: Tone;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly colors: boolean;
}

/** What is shown: the latest reading, the one that it is compared with, and what there was before. */
export interface View {
  readonly latest: Reading;
  readonly before: Reading | undefined;
  /** Goodput of the last seconds, the oldest first. */
  readonly goodput: readonly number[];
  /** Why the latest reading is an old one; undefined when it isn't. */
  readonly problem: string | undefined;
  readonly where: string;
}

/** Select Graphic Rendition (ECMA-48). */
const CODES: Readonly<Record<Tone, string>> = { plain: '', good: '32', bad: '31', dim: '2', title: '1' };
const BARS = '▁▂▃▄▅▆▇█';

/** Exactly as many lines as there are rows at most, none longer than the columns. */
export function screen(view: View, { columns, rows, colors }: Screen): string[] {
  const lines = [...head(view), ...workers(view), ...incidents(view)];
  const shown = lines.slice(0, Math.max(0, rows - 1));
  const footer: Line = { text: 'q quits', tone: 'dim' };
  return [...shown, ...(rows > 0 ? [footer] : [])].map((each) => paint(each, columns, colors));
}

/** Requests served a second, between the two readings; undefined when there is but one. */
export function goodputOf({ latest, before }: Pick<View, 'latest' | 'before'>): number | undefined {
  return before === undefined
    ? undefined
    : traffic(latest.status, before.status).served / secondsOf(latest, before);
}

/** The same in one line. */
export function plainLine(view: View): string {
  const { status } = view.latest;
  const now = standing(status);
  const { current, rate } = currentOf(view);
  return [
    `${new Date(view.latest.atMs).toISOString()} ${view.problem ?? verdict(now)}`,
    `goodput ${rate(current.served)}`,
    `refused ${refusals(current, rate)}`,
    `utilization ${fullness(now)}`,
    `limit ${count(now.inFlight)}/${count(now.limit)}`,
    latency(current),
    eventLoop(now),
    `memory ${size(now.rssBytes)}`,
    `workers ${now.ready}/${status.workersWanted}`,
    `incidents open ${now.openIncidents}`,
  ].join('; ');
}

function head(view: View): Line[] {
  const { latest, problem, where, goodput } = view;
  const { status } = latest;
  const now = standing(status);
  const { current, rate } = currentOf(view);
  const row = (name: string, text: string, tone: Tone = 'plain'): Line => ({
    text: `${name.padEnd(11)}${text}`,
    tone,
  });
  return [
    {
      text: `respite ${status.version}  ${printable(path.basename(status.script))}  ${where}  up ${duration(status.uptimeSeconds * 1000)}`,
      tone: 'title',
    },
    problem === undefined
      ? { text: verdict(now), tone: now.isWell ? 'good' : 'bad' }
      : { text: problem, tone: 'bad' },
    ...(status.dryRun ? [row('dry run', 'nothing is refused, only counted', 'dim')] : []),
    { text: '', tone: 'plain' },
    row('goodput', `${rate(current.served).padEnd(11)}${sparkline(goodput)}`),
    row('failed', rate(current.failed), current.failed > 0 ? 'bad' : 'plain'),
    row('refused', refusals(current, rate)),
    row('latency', latency(current)),
    row(
      'full',
      `${bar(now.utilization ?? 0, 20)} ${fullness(now)}; ${count(now.inFlight)} in flight of ${count(now.limit)}`,
    ),
    row('headroom', headroom(status)),
    row('event loop', eventLoop(now)),
    row('memory', size(now.rssBytes)),
  ];
}

function workers({ latest: { status } }: View): Line[] {
  const [titles = '', ...rows] = workerTable(status.workers);
  return [
    { text: '', tone: 'plain' },
    { text: titles, tone: 'dim' },
    ...rows.map((text, i): Line => {
      const state = status.workers[i]?.state;
      return { text, tone: state === 'unresponsive' ? 'bad' : state === 'ready' ? 'plain' : 'dim' };
    }),
  ];
}

function incidents({ latest: { status } }: View): Line[] {
  if (status.incidents.length === 0) return [];
  return [
    { text: '', tone: 'plain' },
    { text: 'INCIDENTS', tone: 'dim' },
    ...status.incidents
      .toReversed()
      .map((one): Line => ({ text: incidentLine(one), tone: one.endedAtMs === undefined ? 'bad' : 'plain' })),
  ];
}

/** Per second between two readings; before there are two, nothing is known. */
function currentOf({ latest, before }: View): { current: Traffic; rate: (value: number) => string } {
  const current = traffic(latest.status, (before ?? latest).status);
  if (before === undefined) return { current, rate: () => '-' };
  const seconds = secondsOf(latest, before);
  return { current, rate: (value) => perSecond(value / seconds) };
}

function secondsOf(latest: Reading, before: Reading): number {
  return Math.max(0.001, (latest.atMs - before.atMs) / 1000);
}

/** The highest of the values is a full block. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  return values
    .map((value) => BARS[most === 0 ? 0 : Math.round((value / most) * (BARS.length - 1))] ?? '')
    .join('');
}

function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}

function paint({ text, tone }: Line, columns: number, colors: boolean): string {
  const visible = cut(text, columns);
  const code = CODES[tone];
  return colors && code !== '' ? `\u001B[${code}m${visible}\u001B[0m` : visible;
}

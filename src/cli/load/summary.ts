// What `respite load` prints at the end. Pure.
import { count } from '../../core/units.ts';
import type { Verdict } from '../../load/expect/index.ts';
import type { LatencyFigures, LoadCounts, LoadOptions, LoadResult, RateProfile } from '../../load/index.ts';
import { printable } from '../printable.ts';
import { type Column, table } from '../table.ts';
import { duration, milliseconds, perSecond } from '../words.ts';

const MAX_BARS = 16;
const BAR_WIDTH = 40;
/** From this share of requests on that waited for a connection, the summary says so. */
const NOTABLE_WAITS = 0.01;

export function summary(
  result: LoadResult,
  { rate = 50, like }: Pick<LoadOptions, 'rate' | 'like'>,
  verdicts: readonly Verdict[],
): string {
  const { url, durationMs, seed, latency, refusalLatency } = result;
  const sections: readonly (readonly string[])[] = [
    [
      `${printable(url)}: ${duration(durationMs)} ${like === undefined ? `at ${rateText(rate)}` : shapeText(like)}, seed ${seed}`,
    ],
    outcomes(result),
    [
      'latency of what was served, from when each request was due',
      latencyLine(latency),
      ...bars(result),
      ...(refusalLatency.count > 0 ? [`of refusals: ${latencyLine(refusalLatency)}`] : []),
    ],
    kindTable(result),
    generator(result),
    verdicts.map(verdictLine),
  ];
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .join('\n');
  return text;
}

/** `like a shape of 60.0 s, at 2 times its speed`. */
function shapeText({ shape, speed = 1 }: NonNullable<LoadOptions['like']>): string {
  return `like a shape of ${duration(shape.durationMs)}${speed === 1 ? '' : `, at ${speed} times its speed`}`;
}

function rateText(rate: RateProfile): string {
  if (typeof rate === 'number') return perSecond(rate);
  return 'from' in rate
    ? `${count(rate.from)} to ${perSecond(rate.to)}`
    : `${rate.map((each) => count(each)).join(', ')}/s`;
}

function outcomes(result: LoadResult): readonly string[] {
  const { offered, good, late, refused, failed, durationMs, deadlineMs, repeats } = result;
  const row = (name: string, value: number, note: string): string => {
    const share = offered === 0 ? '' : shareOf(value, offered);
    return `${name.padEnd(9)}${count(value).padStart(10)}  ${share.padEnd(8)}${note}`.trimEnd();
  };
  const each = (value: number): string => (durationMs === 0 ? '' : perSecond((value * 1000) / durationMs));
  return [
    `${'offered'.padEnd(9)}${count(offered).padStart(10)}  ${each(offered)}`.trimEnd(),
    row('good', good, `${each(good)} within ${duration(deadlineMs)}`.trim()),
    row('late', late, ''),
    row('refused', refused, byName(result.refusedBy)),
    row('failed', failed, byName(result.failedBy)),
    ...(repeats > 0 ? [`${'repeated'.padEnd(9)}${count(repeats).padStart(10)}  after a refusal`] : []),
  ];
}

function shareOf(value: number, of: number): string {
  const percent = (100 * value) / of;
  // Not "100 %" of all but one, nor "0 %" of one.
  if (value > 0 && value < of && (percent < 0.01 || percent >= 99.995))
    return percent < 1 ? '< 0.01 %' : '> 99.99 %';
  return `${Number(percent.toFixed(2))} %`;
}

/** The names come from the server. */
function byName(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, value]) => `${printable(name)} ${count(value)}`)
    .join(', ');
}

function latencyLine({ count: served, meanMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: LatencyFigures): string {
  if (served === 0) return 'nothing was served';
  const figures = { mean: meanMs, p50: p50Ms, p90: p90Ms, p99: p99Ms, 'p99.9': p999Ms, max: maxMs };
  return Object.entries(figures)
    .map(([name, ms]) => `${name} ${milliseconds(ms)}`)
    .join(', ');
}

/** The histogram, with neighbours put together where there are too many. */
function bars({ histogram }: LoadResult): readonly string[] {
  const together = Math.ceil(histogram.length / MAX_BARS);
  const rows: [upToMs: number, count: number][] = [];
  histogram.forEach(([upToMs, value], i) => {
    const row = rows.at(-1);
    if (row === undefined || i % together === 0) rows.push([upToMs, value]);
    else [row[0], row[1]] = [upToMs, row[1] + value];
  });
  const most = Math.max(...rows.map(([, value]) => value));
  return rows.map(([upToMs, value]) => {
    const bar = '█'.repeat(Math.round((value / most) * BAR_WIDTH));
    return `  up to ${milliseconds(upToMs).padStart(8)}  ${bar}${bar === '' ? '' : ' '}${count(value)}`;
  });
}

const COLUMNS: readonly Column[] = [
  { title: 'kind' },
  ...['offered', 'good', 'late', 'refused', 'failed', 'p50', 'p99'].map((title): Column => ({
    title,
    align: 'right',
  })),
];

function kindTable({ kinds }: LoadResult): readonly string[] {
  const all = Object.entries(kinds);
  if (all.length < 2) return [];
  return table(
    COLUMNS,
    all.map(([name, kind]) => {
      const { offered, good, late, refused, failed }: LoadCounts = kind;
      const { count: served, p50Ms, p99Ms } = kind.latency;
      const figures = served === 0 ? ['-', '-'] : [milliseconds(p50Ms), milliseconds(p99Ms)];
      const counts = [offered, good, late, refused, failed].map((each) => count(each));
      return [printable(name)].concat(counts, figures);
    }),
  );
}

function generator(result: LoadResult): readonly string[] {
  const { lag, connectionsOpened, waitedForConnection, offered, slowReaders, invalidBecause } = result;
  const { served, cutOff } = slowReaders;
  return [
    `generator: lag p99 ${milliseconds(lag.p99Ms)}; ${count(connectionsOpened)} connections opened`,
    ...(waitedForConnection > NOTABLE_WAITS * offered
      ? [
          `${count(waitedForConnection)} requests waited for a free connection, and the wait is in their latency; --connections allows more`,
        ]
      : []),
    ...(served > 0 ? [`slow readers: ${count(served)} served, ${count(cutOff)} cut off by the server`] : []),
    ...(invalidBecause === undefined
      ? []
      : [`NOT VALID: ${invalidBecause}. Give it a core of its own, a lower rate, or --max-lag`]),
  ];
}

function verdictLine({ expectation, isMet, found }: Verdict): string {
  return isMet
    ? `met: ${printable(expectation.text)} (${found})`
    : `NOT MET: ${printable(expectation.text)} (${found})`;
}

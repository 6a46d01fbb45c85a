// The curves of the report of the cache.
import { contenderOf } from '../contenders.ts';
import { type Curve, type CurveChart, fromZero, shares, type Timeline, waits } from '../page/charts.ts';
import type { CacheCurvePoint, CacheRun, CacheSide } from './run-data.ts';

type Pick = (point: CacheCurvePoint) => number | undefined;

export function cacheCharts({ sides }: CacheRun): readonly CurveChart[] {
  const each = (pick: Pick, some: readonly CacheSide[] = sides): readonly Curve[] =>
    some.map((side) => ({
      ...contenderOf(side),
      points: side.curves.map((point) => [point.atMs, pick(point)] as const),
    }));
  return [
    {
      title: 'Requests to the Mailbox server',
      note: 'Sent by the webmail in each second.',
      curves: each(({ askedPerSecond }) => askedPerSecond),
      axis: fromZero(String),
    },
    {
      title: 'Pages that are shown',
      note: 'Share of the pages asked for in each second.',
      curves: each(({ successPercent }) => successPercent),
      axis: shares,
    },
    {
      title: 'How long users wait',
      note: 'p99 of the pages of each second, logarithmic.',
      curves: each(({ p99Ms }) => p99Ms),
      axis: waits(100),
    },
    {
      title: 'Pages made from the cache alone',
      note: 'Share of the pages of each second, fresh or stale.',
      curves: each(
        ({ hitPercent }) => hitPercent,
        sides.filter(({ isProtected }) => isProtected),
      ),
      axis: shares,
    },
  ];
}

export function cacheTimeline({ phases }: CacheRun): Timeline {
  const untilMs = phases.at(-1)?.untilMs ?? 0;
  const stopped = phases.find(({ name }) => name === 'stopped');
  return stopped === undefined
    ? { untilMs }
    : { untilMs, shaded: { ...stopped, name: 'the Mailbox server is stopped' } };
}

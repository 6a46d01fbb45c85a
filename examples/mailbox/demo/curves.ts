// The curves of the report of the flood.
import { contenderOf } from './contenders.ts';
import { type Curve, type CurveChart, fromZero, shares, type Timeline, waits } from './page/charts.ts';
import type { CurvePoint, RunData, Side } from './run-data.ts';

type Pick = (point: CurvePoint) => number | undefined;

export function floodCharts({ sides }: RunData): readonly CurveChart[] {
  const each = (pick: Pick): readonly Curve[] =>
    sides.map((side) => ({ ...contenderOf(side), points: pointsOf(side, pick) }));
  const withRespite = sides.filter(({ isProtected }) => isProtected);
  const own = (name: string, color: string, pick: Pick): readonly Curve[] =>
    withRespite.map((side) => ({ name, color, points: pointsOf(side, pick) }));
  return [
    {
      title: 'How long users wait',
      note: 'p99 of list and read in each second, logarithmic. Calls that time out count with the time they took.',
      curves: each(({ userP99Ms }) => userP99Ms),
      axis: waits(2500),
    },
    {
      title: 'Users’ calls that succeed',
      note: 'Share of list and read in each second.',
      curves: each(({ userSuccess }) => (userSuccess === undefined ? undefined : userSuccess * 100)),
      axis: shares,
    },
    {
      title: 'Mail accepted',
      note: 'Mails answered with 250 in each second.',
      curves: each(({ acceptedPerSecond }) => acceptedPerSecond),
      axis: fromZero(String),
    },
    {
      title: 'Mail deferred',
      note: 'Tries answered with 451 in each second. The senders keep these mails and try again.',
      curves: each(({ refusedPerSecond }) => refusedPerSecond),
      axis: fromZero(String),
    },
    {
      title: 'Memory of the server',
      note: 'Resident, with everything it started.',
      curves: each(({ memoryBytes }) => (memoryBytes === undefined ? undefined : memoryBytes / 1e6)),
      axis: fromZero((megabytes) => `${megabytes} MB`),
    },
    {
      title: 'What Respite does',
      note: 'From its own /metrics. The gateway remembers that the API sheds, so few requests reach it.',
      curves: [
        ...own('requests in flight', 'good', ({ inFlight }) => inFlight),
        ...own('requests shed per second', 'refused', ({ shedPerSecond }) => shedPerSecond),
      ],
      axis: fromZero(String),
    },
  ];
}

export function floodTimeline({ phases }: RunData): Timeline {
  const untilMs = phases.at(-1)?.untilMs ?? 0;
  const storm = phases.find(({ name }) => name === 'storm');
  return storm === undefined ? { untilMs } : { untilMs, shaded: { ...storm, name: 'the flood' } };
}

function pointsOf({ curves }: Side, pick: Pick): Curve['points'] {
  return curves.map((point) => [point.atMs, pick(point)]);
}

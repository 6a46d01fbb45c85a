// The curves of the report of the slow clients.
import { type Curve, type CurveChart, fromZero, waits } from '../page/charts.ts';
import type { Contender } from '../page/shell.ts';
import type { Point, SlowClientsRun, Variant } from './run-data.ts';

const COLORS = { naive: 'late', sleeping: 'refused', writability: 'good' } as const;

export function writerOf({ writer }: Variant): Contender {
  return { name: writer, color: COLORS[writer] };
}

export function slowClientsCharts({ variants }: SlowClientsRun): readonly CurveChart[] {
  const each = (pick: (point: Point) => number): readonly Curve[] =>
    variants.map((variant) => ({
      ...writerOf(variant),
      points: variant.points.map((point) => [point.atMs, pick(point)] as const),
    }));
  return [
    {
      title: 'Memory of the server',
      note: 'Resident. A curve ends early where the server was ended for the memory it took.',
      curves: each(({ memoryBytes }) => memoryBytes / 1e6),
      axis: fromZero((megabytes) => `${megabytes} MB`),
    },
    {
      title: 'What the fast clients get',
      note: 'All five together.',
      curves: each(({ fastBytesPerSecond }) => fastBytesPerSecond / 1e6),
      axis: fromZero((megabytes) => `${megabytes} MB/s`),
    },
    {
      title: 'How long a ping takes',
      note: 'p99 of each half second, or as long as the oldest has waited by then; logarithmic.',
      curves: each(({ pingMs }) => Math.max(0.1, pingMs)),
      axis: waits(100),
    },
    {
      title: 'What the slowest of the slow gets',
      note: 'It reads 64 KB/s.',
      curves: each(({ slowBytesPerSecond }) => slowBytesPerSecond / 1024),
      axis: fromZero((kilobytes) => `${kilobytes} KB/s`),
    },
  ];
}

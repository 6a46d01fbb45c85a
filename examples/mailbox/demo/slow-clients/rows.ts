import { quantile } from '../../storm/call-figures.ts';
import { megabytes, milliseconds, type Row } from '../rows.ts';
import { CLIENTS } from './plan.ts';
import type { Point, SlowClientsRun, Variant } from './run-data.ts';

/** One line each, ready to print; the terminal and the report show the same. */
export function slowClientsRows({ variants, memoryLimitBytes }: SlowClientsRun): readonly Row[] {
  const row = (section: string, label: string, value: (variant: Variant) => string, goal = ''): Row => ({
    section,
    label,
    values: variants.map(value),
    goal,
  });
  return [
    row(
      'Server',
      'memory peak',
      (variant) => megabytes(variant.memoryPeakBytes),
      `< ${megabytes(memoryLimitBytes)}`,
    ),
    row(
      'Server',
      'out of memory',
      ({ diedAtMs }) => (diedAtMs === undefined ? 'never' : `after ${seconds(diedAtMs)}`),
      'never',
    ),
    row(
      'Clients',
      'fast ones together',
      (variant) => `${(middle(variant, (point) => point.fastBytesPerSecond) / 1e6).toFixed(0)} MB/s`,
    ),
    row(
      'Clients',
      'slowest of the slow',
      (variant) => `${(middle(variant, (point) => point.slowBytesPerSecond) / 1024).toFixed(0)} KB/s`,
      `${CLIENTS.slow.bytesPerSecond / 1024} KB/s`,
    ),
    row('Clients', 'ping, p99 of half a second', (variant) =>
      milliseconds(middle(variant, (point) => point.pingMs)),
    ),
  ];
}

function middle({ points }: Variant, of: (point: Point) => number): number {
  return quantile(points.map(of), 0.5);
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

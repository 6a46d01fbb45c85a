import type { Comparison } from '../../../load/index.ts';
import { table } from '../../table.ts';
import { type Names, notes, rowsOf } from './rows.ts';

/** A comparison for the terminal. */
export function summary(comparison: Comparison, { baseline, candidate }: Names): string {
  const rows = rowsOf(comparison).map((row) => [
    row.figure,
    row.baseline,
    row.candidate,
    row.change,
    row.interval,
    row.verdict,
  ]);
  const columns = [
    { title: '' },
    { title: baseline, align: 'right' },
    { title: candidate, align: 'right' },
    { title: 'change', align: 'right' },
    { title: 'interval' },
    { title: '' },
  ] as const;
  return [...table(columns, rows), '', ...notes(comparison), ''].join('\n');
}

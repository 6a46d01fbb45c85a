// How decisions lie in a row of a counter table. Read by every owner of a copy of the row, in this process or another.
import type { RowLabels } from '../core/counter-table.ts';
import { type AdmissionCount, SHED_REASONS } from './stats.ts';

/** Cells of a row: the admitted, then a cell for each reason of those shed, and of those let through in a dry run. */
export const ADMITTED = 0;
export const SHED = 1;
/** Kept apart, since a dry run may begin and end while the server runs. */
export const WOULD_SHED: number = SHED + SHED_REASONS.length;

/** What the cells of a row of decisions say, wherever they were copied to. */
export function* countsIn(
  labels: Extract<RowLabels, { kind: 'decided' }>,
  cells: Float64Array,
): Generator<AdmissionCount> {
  const { route } = labels;
  const criticality = labels.criticality as AdmissionCount['criticality'];
  const admitted = cells[ADMITTED] ?? 0;
  if (admitted > 0) yield { decision: 'admitted', reason: '', criticality, route, count: admitted };
  for (const [i, reason] of SHED_REASONS.entries()) {
    const shed = cells[SHED + i] ?? 0;
    const wouldShed = cells[WOULD_SHED + i] ?? 0;
    if (shed > 0) yield { decision: 'shed', reason, criticality, route, count: shed };
    if (wouldShed > 0) yield { decision: 'would-shed', reason, criticality, route, count: wouldShed };
  }
}

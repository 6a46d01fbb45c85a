// What a worker has answered, by route and method, without what it has shed.
import { ROW_CELLS, type RowLabels } from '../../../core/counter-table.ts';
import { answersIn, type Answers, requestsIn } from './worker-counters.ts';

/** Requests of one route and method. */
export interface RouteCounts {
  /** Requests that were answered. Shed requests are not. */
  readonly answered: number;
  /** Of these, answers with a status of 500 or more. */
  readonly failed: number;
  /** Sum of the natural logarithms of their durations in seconds. */
  readonly logSeconds: number;
}

/** Shed requests are answered with these, unless the configuration says otherwise. */
const SHED_STATUSES = [503, 429];

/** @returns By route and method. */
export function routeCounts(labels: readonly RowLabels[], cells: Float64Array): Map<string, RouteCounts> {
  const rows = Math.min(labels.length, cells.length / ROW_CELLS);
  const answers = answersIn(labels.slice(0, rows), cells).toSorted((a, b) => rankOf(a) - rankOf(b));
  const shed = new Map<string, number>();
  for (const { decision, route, count } of requestsIn(labels.slice(0, rows), cells)) {
    if (decision === 'shed') shed.set(route, (shed.get(route) ?? 0) + count);
  }
  const routes = new Map<string, { answered: number; failed: number; logSeconds: number }>();
  for (const { route, method, status, count, logSeconds } of answers) {
    const left = shed.get(route) ?? 0;
    const answered = Math.max(0, count - left);
    shed.set(route, Math.max(0, left - count));
    const key = `${method} ${route}`;
    const counts = routes.get(key) ?? { answered: 0, failed: 0, logSeconds: 0 };
    counts.answered += answered;
    if (status >= 500) counts.failed += answered;
    counts.logSeconds += logSeconds;
    routes.set(key, counts);
  }
  return routes;
}

function rankOf({ status }: Answers): number {
  const rank = SHED_STATUSES.indexOf(status);
  return rank === -1 ? SHED_STATUSES.length : rank;
}

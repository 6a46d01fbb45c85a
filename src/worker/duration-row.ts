// How durations lie in a row of a counter table. Read by every owner of a copy of the row, in this process or another.
import type { RowLabels } from '../core/counter-table.ts';
import type { DurationSeries } from './sample.ts';

/** OpenTelemetry's advice for http.server.request.duration, in seconds. */
export const BOUNDS_SECONDS: readonly number[] = Object.freeze([
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]);

/** Cells of a row: one for each bucket, the seconds of all, and one for each bucket of those that are being answered. */
export const BUCKETS: number = BOUNDS_SECONDS.length + 1;
export const SUM: number = BOUNDS_SECONDS.length + 1;
export const ANSWERING: number = SUM + 1;
/** Sum of the natural logarithms of the seconds: what requests typically took, whatever a few of them did. Without shed ones. */
export const LOG_SUM: number = ANSWERING + BUCKETS;

/** OpenTelemetry's name for unknown methods, so that a caller can't make series at will. */
export const OTHER_METHOD = '_OTHER';

/** What the cells of a row say, wherever they were copied to. */
export function seriesIn(labels: Extract<RowLabels, { kind: 'ended' }>, cells: Float64Array): DurationSeries {
  const { route, method, status } = labels;
  return { route, method, status, counts: [...cells.subarray(0, BUCKETS)], sumSeconds: cells[SUM] ?? 0 };
}

/**
 * Counts those that were being answered when their process died: the client may have the answer. They took at least as long as the
 * bounds of their bucket say.
 */
export function countAnswering(cells: Float64Array): void {
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const count = Math.max(0, cells[ANSWERING + bucket] ?? 0);
    cells[bucket] = (cells[bucket] ?? 0) + count;
    cells[SUM] = (cells[SUM] ?? 0) + count * (BOUNDS_SECONDS[bucket - 1] ?? 0);
    cells[ANSWERING + bucket] = 0;
  }
}

export function bucketOf(seconds: number): number {
  let bucket = 0;
  while (bucket < BUCKETS - 1 && seconds > (BOUNDS_SECONDS[bucket] ?? 0)) bucket += 1;
  return bucket;
}

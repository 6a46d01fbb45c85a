// Percentiles from a histogram: known to the width of a bucket.

/**
 * The value below which a share of all observations lies, by linear interpolation inside of its bucket, as Prometheus'
 * `histogram_quantile` does; undefined without observations. In the last bucket, which has no upper bound, its lower bound.
 *
 * @param bounds Upper bounds, ascending, without +Inf.
 * @param counts One more than there are bounds, not cumulative.
 * @param share From 0 to 1.
 */
export function quantile(
  bounds: readonly number[],
  counts: readonly number[],
  share: number,
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = share * total;
  let below = 0;
  for (const [i, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) {
      const lower = bounds[i - 1] ?? 0;
      const upper = bounds[i];
      return upper === undefined ? lower : lower + ((upper - lower) * (rank - below)) / count;
    }
    below += count;
  }
  return bounds.at(-1);
}

// Is this growth, or does it only look so? Methods that no single reading can fool.

export interface Point {
  readonly atMs: number;
  readonly bytes: number;
}

/**
 * In bytes a millisecond: the median of the slopes between all pairs of points. Up to 29 % of the points may be anything (Theil
 * 1950, Sen 1968).
 */
export function theilSenSlope(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [i, from] of points.entries()) {
    for (const to of points.slice(i + 1)) {
      if (to.atMs > from.atMs) slopes.push((to.bytes - from.bytes) / (to.atMs - from.atMs));
    }
  }
  return median(slopes);
}

/**
 * Of all pairs of points, those of which the later one is higher minus those of which it is lower, as a share: 1 for what only rises, 0
 * for noise (Kendall's tau, which is the test of Mann 1945). One step in the middle has about 0.5, three about 0.8.
 */
export function kendallTau(points: readonly Point[]): number {
  let sum = 0;
  let pairs = 0;
  for (const [i, from] of points.entries()) {
    for (const to of points.slice(i + 1)) {
      sum += Math.sign(to.bytes - from.bytes);
      pairs += 1;
    }
  }
  return pairs === 0 ? 0 : sum / pairs;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

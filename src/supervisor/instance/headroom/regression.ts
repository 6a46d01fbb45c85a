// Linear regression with beliefs: ridge regression whose ridge has a place and a width for each coefficient.

/** What is believed of a coefficient before anything is measured: a normal distribution. */
export interface Belief {
  readonly mean: number;
  readonly deviation: number;
}

export interface Fit {
  readonly coefficients: readonly number[];
  /** Of the coefficients, after what was measured. */
  readonly covariance: readonly (readonly number[])[];
  /** Standard deviation of what the line does not explain. */
  readonly noise: number;
}

/** How often the noise is estimated again from what is left: it settles in two rounds. */
const ROUNDS = 3;

/**
 * The coefficients with which the rows explain the values best, each at most as far from what is believed as the data call for.
 *
 * @param minNoise Residuals smaller than this are taken for luck.
 */
export function regress(
  rows: readonly (readonly number[])[],
  values: readonly number[],
  beliefs: readonly Belief[],
  minNoise: number,
): Fit {
  let noise = minNoise;
  let fit: Fit = { coefficients: beliefs.map(({ mean }) => mean), covariance: [], noise };
  for (let round = 0; round < ROUNDS; round += 1) {
    const size = beliefs.length;
    const matrix = beliefs.map(() => beliefs.map(() => 0));
    const right = beliefs.map(() => 0);
    for (const [i, { mean, deviation }] of beliefs.entries()) {
      add(matrix, i, i, 1 / deviation ** 2);
      right[i] = mean / deviation ** 2;
    }
    for (const [n, row] of rows.entries()) {
      for (const [i, x] of row.entries()) {
        right[i] = (right[i] ?? 0) + (x * (values[n] ?? 0)) / noise ** 2;
        for (const [j, other] of row.entries()) add(matrix, i, j, (x * other) / noise ** 2);
      }
    }
    const covariance = inverse(matrix);
    const coefficients = covariance.map((row) => dot(row, right));
    const squares = rows.reduce(
      (total, row, n) => total + ((values[n] ?? 0) - dot(row, coefficients)) ** 2,
      0,
    );
    noise = Math.max(minNoise, Math.sqrt(squares / Math.max(1, rows.length - size)));
    fit = { coefficients, covariance, noise };
  }
  return fit;
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, x, i) => total + x * (b[i] ?? 0), 0);
}

/** Standard deviation of a weighted sum of the coefficients. */
export function deviationOf({ covariance }: Fit, weights: readonly number[]): number {
  return Math.sqrt(
    Math.max(
      0,
      dot(
        weights,
        covariance.map((row) => dot(row, weights)),
      ),
    ),
  );
}

/** Of a symmetric, positive definite matrix (Gauss and Jordan; a ridge makes it so). */
function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < size; i += 1) {
    const row = work[i] ?? [];
    const pivot = row[i] ?? 1;
    for (let j = 0; j < 2 * size; j += 1) row[j] = (row[j] ?? 0) / pivot;
    for (const [k, other] of work.entries()) {
      const factor = other[i] ?? 0;
      if (k === i || factor === 0) continue;
      for (let j = 0; j < 2 * size; j += 1) other[j] = (other[j] ?? 0) - factor * (row[j] ?? 0);
    }
  }
  return work.map((row) => row.slice(size));
}

function add(matrix: number[][], i: number, j: number, value: number): void {
  const row = matrix[i];
  if (row !== undefined) row[j] = (row[j] ?? 0) + value;
}

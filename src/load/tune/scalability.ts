// Gunther's universal scalability law: X(N) = λN / (1 + σ(N − 1) + κN(N − 1)), with N requests in flight and X served a second.
import type { Reading } from './reading.ts';

export interface ScalabilityPoint {
  readonly inFlight: number;
  readonly perSecond: number;
}

export interface Scalability {
  /** λ: what one request at a time would get served per second. */
  readonly lambda: number;
  /** σ: the share of the work that requests do one after another. 1 for a handler that only computes. */
  readonly sigma: number;
  /** κ: what requests cost each other; above 0 the throughput falls again with more in flight. */
  readonly kappa: number;
  /** Requests in flight at which the throughput is highest; infinite while κ is 0. */
  readonly peakInFlight: number;
}

/** Three unknowns, and one measurement to contradict them. */
const MIN_POINTS = 4;
/** Requests in flight have to differ by this factor, otherwise the line through the points is noise. */
const MIN_SPREAD = 2;

/** By Little's law, from measurements below the capacity: requests in flight are rate times latency. */
export function pointsOf(readings: readonly Reading[]): readonly ScalabilityPoint[] {
  return readings
    .filter(({ goodShare, invalidBecause }) => goodShare > 0.9 && invalidBecause === undefined)
    .map(({ goodPerSecond, meanMs }) => ({
      inFlight: (goodPerSecond * meanMs) / 1000,
      perSecond: goodPerSecond,
    }));
}

/**
 * λ, σ and κ are linear in N / X = 1/λ + (σ/λ)(N − 1) + (κ/λ)N(N − 1), so linear least squares finds them; relative errors are
 * squared, since N / X is a latency. Coefficients below 0 have no meaning and are left out of the fit.
 *
 * @returns Undefined when the points are too few or too close.
 */
export function fitScalability(points: readonly ScalabilityPoint[]): Scalability | undefined {
  const usable = points.filter(({ inFlight, perSecond }) => inFlight > 0 && perSecond > 0);
  const all = usable.map(({ inFlight }) => inFlight);
  if (usable.length < MIN_POINTS || Math.max(...all) < MIN_SPREAD * Math.min(...all)) return undefined;
  const fits = [[0, 1, 2], [0, 1], [0, 2], [0]].flatMap((terms) => {
    const found = leastSquares(usable, terms);
    return found !== undefined && found.coefficients.every((value) => value >= 0) ? [found] : [];
  });
  const best = fits.toSorted((a, b) => a.error - b.error)[0];
  const [base = 0, serial = 0, crosstalk = 0] = best?.coefficients ?? [];
  if (base <= 0) return undefined;
  const [sigma, kappa] = [serial / base, crosstalk / base];
  return {
    lambda: 1 / base,
    sigma,
    kappa,
    peakInFlight: kappa === 0 ? Infinity : Math.sqrt(Math.max(0, 1 - sigma) / kappa),
  };
}

/** X(N) of the law. */
export function throughputAt({ lambda, sigma, kappa }: Scalability, inFlight: number): number {
  return (lambda * inFlight) / (1 + sigma * (inFlight - 1) + kappa * inFlight * (inFlight - 1));
}

interface Fit {
  /** Of 1, N − 1 and N(N − 1). */
  readonly coefficients: readonly number[];
  readonly error: number;
}

/** @param terms Those of the three that take part; the others are 0. */
function leastSquares(points: readonly ScalabilityPoint[], terms: readonly number[]): Fit | undefined {
  const rows = points.map(({ inFlight: n, perSecond }) => {
    const latency = n / perSecond;
    const all = [1, n - 1, n * (n - 1)];
    return terms.map((term) => (all[term] ?? 0) / latency);
  });
  const matrix = terms.map((_, i) => [
    ...terms.map((_other, j) => rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)),
    rows.reduce((sum, row) => sum + (row[i] ?? 0), 0),
  ]);
  const solved = solve(matrix);
  if (solved === undefined) return undefined;
  const coefficients = [0, 0, 0];
  for (const [i, term] of terms.entries()) coefficients[term] = solved[i] ?? 0;
  const error = rows.reduce(
    (sum, row) => sum + (row.reduce((total, value, i) => total + value * (solved[i] ?? 0), 0) - 1) ** 2,
    0,
  );
  return { coefficients, error };
}

/** Gaussian elimination with partial pivoting of the augmented matrix; undefined when it is singular. */
function solve(augmented: readonly (readonly number[])[]): readonly number[] | undefined {
  const rows = augmented.map((row) => [...row]);
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    const candidates = rows.slice(column);
    const pivot = candidates.toSorted((a, b) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0))[0];
    if (pivot === undefined || Math.abs(pivot[column] ?? 0) < 1e-12) return undefined;
    rows[rows.indexOf(pivot)] = rows[column] ?? [];
    rows[column] = pivot;
    for (const [i, row] of rows.entries()) {
      if (i === column) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let j = column; j <= size; j += 1) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}

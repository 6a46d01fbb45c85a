// Means with confidence intervals, by Student's t distribution: a handful of measurements, no more is there time for.

/** A mean, and the bounds between which the true one lies with the confidence that was asked for. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Of both bounds together; each bound alone is as sure as half of what is left: 0.9 gives bounds of 0.95 each. */
export type Confidence = 0.9 | 0.95 | 0.995;

/** Two-sided critical values of Student's t for 1 to 10 degrees of freedom, then for more: NIST handbook, 1.3.6.7.2, interpolated for 0.995. */
const CRITICAL: Readonly<Record<Confidence, readonly number[]>> = {
  0.9: [6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833, 1.812, 1.796],
  0.95: [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201],
  0.995: [127.321, 14.089, 7.453, 5.598, 4.773, 4.317, 4.029, 3.833, 3.69, 3.581, 3.497],
};

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The interval is infinite for fewer than two values: they say nothing about their own noise. */
export function intervalOf(values: readonly number[], confidence: Confidence): Interval {
  const center = mean(values);
  const { error, freedom } = errorOfMean(values);
  return around(center, error * critical(freedom, confidence));
}

/**
 * The relative difference of two means: 0.05 when `candidates` are 5 % above `currents`. By Welch's t interval, since the two may be
 * noisy to a different degree.
 */
export function relativeDifference(
  currents: readonly number[],
  candidates: readonly number[],
  confidence: Confidence,
): Interval {
  const base = mean(currents);
  const [a, b] = [errorOfMean(currents), errorOfMean(candidates)];
  const variance = a.error ** 2 + b.error ** 2;
  const freedom =
    variance === 0
      ? a.freedom + b.freedom
      : variance ** 2 / (a.error ** 4 / a.freedom + b.error ** 4 / b.freedom);
  const half = Math.sqrt(variance) * critical(freedom, confidence);
  return around((mean(candidates) - base) / base, half / base);
}

/** Standard error of the mean, with its degrees of freedom. */
function errorOfMean(values: readonly number[]): { readonly error: number; readonly freedom: number } {
  const freedom = values.length - 1;
  if (freedom < 1) return { error: Infinity, freedom: 1 };
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return { error: Math.sqrt(squares / freedom / values.length), freedom };
}

/** Degrees of freedom are rounded down, which makes the interval wider. */
function critical(freedom: number, confidence: Confidence): number {
  const table = CRITICAL[confidence];
  const row = Math.min(table.length, Math.max(1, Math.floor(freedom))) - 1;
  return table[row] ?? Infinity;
}

function around(center: number, half: number): Interval {
  return { mean: center, low: center - half, high: center + half };
}

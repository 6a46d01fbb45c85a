// What is compared of two versions.

export const FIGURES = ['cpu', 'p99', 'goodput'] as const;

/**
 * `cpu`: CPU time for each request. `p99`: 99th percentile of latency. `goodput`: share of requests that are served within the
 * deadline, which is the capacity at rates beyond it.
 */
export type Figure = (typeof FIGURES)[number];

/** The figures of one version; undefined where one could not be measured. */
export type Figures = Readonly<Record<Figure, number | undefined>>;

/**
 * What both versions did at the same time, as logarithms of candidate over baseline. Pairs are independent: each has processes of its
 * own where the versions were started for the comparison, since two processes of the same code differ by a percent or two.
 */
export type Pair = Figures;

/** The smallest changes that matter, as shares. */
export type MinEffects = Readonly<Record<Figure, number>>;

/** 5 % are found in two minutes where CPU time is known. Percentiles of a few hundred requests scatter far more. */
export const DEFAULT_MIN_EFFECTS: MinEffects = { cpu: 0.03, p99: 0.1, goodput: 0.03 };

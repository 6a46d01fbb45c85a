// Is the candidate worse than the baseline? Pure: pairs of measurements go in, and a verdict on each figure comes out.
import { random } from '../../generator/random.ts';
import { type Interval, meanInterval, typicalInterval } from './interval.ts';
import { FIGURES, type Figure, type MinEffects, type Pair } from './figures.ts';

/** `unclear`: the interval is too wide to show a change of the smallest size that matters, or nothing was measured. */
export type Verdict = 'worse' | 'better' | 'same' | 'unclear';

/** How one figure changed, as a share of the baseline's: 0.05 is 5 % more. */
export interface Change {
  /** Which figure changed. */
  readonly figure: Figure;
  /** Whether it changed by a size that matters. */
  readonly verdict: Verdict;
  /** Undefined when there are too few pairs. */
  readonly interval: Interval | undefined;
  /** The smallest change that matters, as a share. */
  readonly minEffect: number;
  /** Pairs of measurements that it is known from. */
  readonly pairs: number;
  /** How many times as long the run would have to be, for a verdict; undefined when it has one or when that is unknown. */
  readonly timesAsLong: number | undefined;
}

/** With fewer pairs, samples of them are too often equal values for the bootstrap to say anything. */
export const MIN_PAIRS = 8;

/** Probability that any of the intervals says "worse" of equal versions. A false alarm also has to exceed the smallest change. */
const FALSE_ALARMS = 0.01;

const RESAMPLES = 2000;

const WORSE_WHEN_LARGER: Readonly<Record<Figure, boolean>> = { cpu: true, p99: true, goodput: false };

/** @param seed The same seed, the same verdict. */
export function judge(pairs: readonly Pair[], minEffects: MinEffects, seed: number): readonly Change[] {
  return FIGURES.map((figure) => {
    const values = pairs.map((pair) => pair[figure]).filter((value) => value !== undefined);
    return judgeFigure(figure, values, minEffects[figure], seed);
  }).filter(({ pairs: count, figure }) => count > 0 || figure !== 'cpu');
}

/** The verdict on all figures together. */
export function verdictOf(changes: readonly Change[]): 'worse' | 'not-worse' | 'unclear' {
  if (changes.some(({ verdict }) => verdict === 'worse')) return 'worse';
  return changes.some(({ verdict }) => verdict === 'unclear') ? 'unclear' : 'not-worse';
}

function judgeFigure(figure: Figure, values: readonly number[], minEffect: number, seed: number): Change {
  const common = { figure, minEffect, pairs: values.length };
  if (values.length < MIN_PAIRS) {
    const timesAsLong = values.length === 0 ? undefined : MIN_PAIRS / values.length;
    return { ...common, verdict: 'unclear', interval: undefined, timesAsLong };
  }
  // Outliers of time are moments in which something else had the core. Of goodput they are what counts.
  const intervalOf = figure === 'goodput' ? meanInterval : typicalInterval;
  const logs = intervalOf(values, {
    confidence: 1 - (2 * FALSE_ALARMS) / FIGURES.length, // Only one of its two sides is worse.
    resamples: RESAMPLES,
    random: random(seed),
  });
  const interval = {
    estimate: Math.expm1(logs.estimate),
    low: Math.expm1(logs.low),
    high: Math.expm1(logs.high),
  };
  const verdict = verdictOn(figure, interval, minEffect);
  const reach = (logs.high - logs.low) / 2;
  // The width of an interval shrinks with the root of the number of pairs.
  const timesAsLong = verdict === 'unclear' ? (reach / Math.log1p(minEffect)) ** 2 : undefined;
  return { ...common, verdict, interval, timesAsLong };
}

function verdictOn(figure: Figure, { estimate, low, high }: Interval, minEffect: number): Verdict {
  if (low > 0 && estimate > minEffect) return WORSE_WHEN_LARGER[figure] ? 'worse' : 'better';
  if (high < 0 && estimate < -minEffect) return WORSE_WHEN_LARGER[figure] ? 'better' : 'worse';
  return (high - low) / 2 > minEffect ? 'unclear' : 'same';
}

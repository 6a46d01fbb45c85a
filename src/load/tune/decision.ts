// Whether one setting is better than another. When the noise of the measurements is too large, the answer is that it is unclear.
import { type Interval, relativeDifference } from './statistics.ts';

/** Two settings, measured in turns; with fewer than two measurements of each nothing is known. */
export interface Comparison {
  readonly currents: readonly number[];
  readonly candidates: readonly number[];
}

export type Decision = {
  /** How much better the candidate is: 0.1 for 10 %; 95 % confidence. */
  readonly gain: Interval;
} & (
  | { readonly kind: 'better' }
  /** At most by less than is worth a change. */
  | { readonly kind: 'no-better' }
  /** The noise of the measurements exceeds the difference that they are to show. */
  | { readonly kind: 'unclear' }
);

/** Gains below this are not worth an option that someone has to maintain. */
export const MIN_GAIN = 0.05;

/**
 * A candidate is no better when its gain is below {@link MIN_GAIN} with a confidence of 95 %. It is better when it is by {@link MIN_GAIN} or more, and the interval of 99.5 % excludes 0. With two alike, that happens in
 * fewer than 1 % of all cases, whatever the noise.
 */
export function decide({ currents, candidates }: Comparison): Decision {
  const gain = relativeDifference(currents, candidates, 0.95);
  const sure = relativeDifference(currents, candidates, 0.995);
  if (sure.low > 0 && gain.mean >= MIN_GAIN) return { kind: 'better', gain };
  if (relativeDifference(currents, candidates, 0.9).high < MIN_GAIN) return { kind: 'no-better', gain };
  return { kind: 'unclear', gain };
}

/**
 * Measures both in turns, A B B A, so that what the machine does meanwhile hits both alike. Goes on while the answer is unclear and
 * there is time.
 */
export async function compare({
  minPairs,
  maxPairs,
  hasTime,
  current,
  candidate,
}: {
  readonly minPairs: number;
  readonly maxPairs: number;
  /** Whether there is time for one pair more, beyond `pairs`. */
  readonly hasTime: (pairs: number) => boolean;
  readonly current: () => Promise<number>;
  readonly candidate: () => Promise<number>;
}): Promise<Comparison> {
  const currents: number[] = [];
  const candidates: number[] = [];
  const isOver = (pairs: number): boolean => {
    if (pairs >= maxPairs || !hasTime(pairs)) return true;
    return pairs >= minPairs && decide({ currents, candidates }).kind !== 'unclear';
  };
  const first = async (): Promise<void> => void currents.push(await current());
  const second = async (): Promise<void> => void candidates.push(await candidate());
  for (let pairs = 0; !isOver(pairs); pairs += 1) {
    for (const measure of pairs % 2 === 0 ? [first, second] : [second, first]) await measure();
  }
  return { currents, candidates };
}

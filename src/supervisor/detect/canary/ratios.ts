// Is a figure of the new version larger than that of the old one, interval after interval? A sequential sign test.

/** From this ratio on an interval speaks for, or against, the new version: noise of a few percent says nothing. */
const NOTABLE_LOG: number = Math.log(1.2);

/** What is taken back must be typically this many times as much. */
const RELEVANT_LOG: number = Math.log(1.5);

/**
 * What is bet on each interval, of all that was won so far. Each that is notably worse multiplies the evidence by 1.8; one that is
 * notably better leaves a fifth of it.
 */
const BET = 0.8;

/** Effects that fade are those of a cold start. The later half must have at least this share of the earlier one's. */
const LASTING_SHARE = 0.8;

/**
 * An e-process on signs. If both versions are alike, an interval in which one is notably worse is as likely as one in which the other
 * is, whatever noise both have and however it is distributed. No assumption is made about single requests, which
 * share connections, collections and moments of bad luck.
 */
export class RatioEvidence {
  readonly #effects: number[] = [];
  #log = 0;

  /**
   * @param logRatio Logarithm of the new version's figure over the old one's.
   * @param isNotable The difference matters in absolute terms, whichever sign it has.
   */
  take(logRatio: number, isNotable: boolean): void {
    if (!Number.isFinite(logRatio)) return;
    this.#effects.push(isNotable ? logRatio : 0);
    if (!isNotable || Math.abs(logRatio) < NOTABLE_LOG) return;
    this.#log += Math.log(logRatio > 0 ? 1 + BET : 1 - BET);
  }

  /** Logarithm of the evidence that the new version is worse. */
  get log(): number {
    return this.#log;
  }

  /** How many times as much the new version has, typically; 1 before anything was compared. */
  get ratio(): number {
    return Math.exp(median(this.#effects));
  }

  /** The difference is large enough to matter, and does not fade. */
  get isRelevant(): boolean {
    const half = Math.floor(this.#effects.length / 2);
    const later = median(this.#effects.slice(-half));
    const earlier = median(this.#effects.slice(0, half));
    return median(this.#effects) >= RELEVANT_LOG && later >= LASTING_SHARE * earlier;
  }
}

/** One second in which either was held up is no effect. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

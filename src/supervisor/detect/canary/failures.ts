// Does the new version fail more often? A sequential test that may be looked at after each interval.
import { type Activity, NO_COUNTS } from './reading.ts';

/** Odds of a failure in the new version, over those in the old one, that are looked for at once. */
const ODDS_RATIOS = [2, 4, 16] as const;

/**
 * Most evidence that one interval can give, so that errors have to come in at least five of them. A lost connection to a database makes a burst of errors
 * in one worker, of any version. With 16 instead of 5, such bursts in a tenth of all seconds took back 2 % of good versions.
 */
const MAX_LOG_PER_INTERVAL: number = Math.log(5);

/**
 * An e-process: given how many requests of a route failed in an interval, in all workers together, each share of the new worker has a known
 * probability if both versions are alike (hypergeometric). The likelihood ratio against that has a mean of 1 at the most, whatever
 * the traffic, its division among the workers, or an error rate that changes from interval to interval. By Ville's inequality
 * it exceeds 1/a with a probability of at most a, however often it is looked at.
 */
export class FailureEvidence {
  readonly #logs: number[] = ODDS_RATIOS.map(() => 0);

  take(fresh: Activity, old: Activity): void {
    for (const [i, ratio] of ODDS_RATIOS.entries()) {
      let log = 0;
      for (const [route, { answered, failed }] of fresh.routes) {
        const others = old.routes.get(route) ?? NO_COUNTS;
        const all = failed + others.failed;
        if (all === 0 || others.answered === 0) continue;
        log += failed * Math.log(ratio) - logMeanPower(ratio, answered, others.answered, all);
      }
      this.#logs[i] = (this.#logs[i] ?? 0) + Math.min(log, MAX_LOG_PER_INTERVAL);
    }
  }

  /** Logarithm of the evidence that the new version is worse: an average over the odds ratios. */
  get log(): number {
    const most = Math.max(...this.#logs);
    return (
      most + Math.log(this.#logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / this.#logs.length)
    );
  }
}

/** Logarithm of the mean of ratio^X, where X of `failed` requests fall to the new worker, and all requests are alike. */
export function logMeanPower(ratio: number, fresh: number, old: number, failed: number): number {
  const logRatio = Math.log(ratio);
  const first = Math.max(0, failed - old);
  const last = Math.min(failed, fresh);
  let log = 0;
  const weights: number[] = [];
  const powers: number[] = [];
  for (let count = first; count <= last; count += 1) {
    weights.push(log);
    powers.push(log + count * logRatio);
    log += Math.log(((fresh - count) * (failed - count)) / ((count + 1) * (old - failed + count + 1)));
  }
  return logSum(powers) - logSum(weights);
}

function logSum(logs: readonly number[]): number {
  const most = logs.reduce((max, log) => Math.max(max, log), -Infinity);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}

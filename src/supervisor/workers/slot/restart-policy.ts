// When to start the next worker after one has died. Pure: time and chance are arguments.

/** First wait, doubled with each restart that did not help. */
const BASE_DELAY_MS = 500;
const CAP_DELAY_MS = 30_000;
/** A worker that was ready this long was healthy: the count of restarts begins anew. */
export const HEALTHY_MS = 60_000;
/** More restarts than this in {@link BUDGET_WINDOW_MS} is a crash loop. */
const BUDGET = 5;
const BUDGET_WINDOW_MS = 60_000;
/**
 * A worker that was killed from outside is started again at once, but none of a slot sooner than this after the one before.
 * A start costs some 0.2 s of a processor, so kills without a pause make one core a fifth busy, not more.
 */
const KILLED_INTERVAL_MS = 1000;

/** The restarts of one slot. */
export interface RestartHistory {
  /** Restarts since the last healthy worker that were the program's own fault. */
  readonly attempts: number;
  /** Times of those within the last {@link BUDGET_WINDOW_MS}. */
  readonly recentMs: readonly number[];
  /** When a worker was started last, or is about to be; undefined before the first restart. */
  readonly lastStartMs: number | undefined;
}

export const NO_RESTARTS: RestartHistory = { attempts: 0, recentMs: [], lastStartMs: undefined };

/** What has ended. */
export interface Death {
  /** How long the worker had been ready, 0 if it never was. */
  readonly readyForMs: number;
  /** A process outside of the program has killed it. */
  readonly fromOutside: boolean;
}

export interface Restart {
  readonly delayMs: number;
  /** The budget of restarts is used up: say so loudly. */
  readonly crashLoop: boolean;
  readonly history: RestartHistory;
}

/**
 * At once the first time, then after a random share of 0.5 s, 1 s, 2 s … 30 s ("full jitter", Brooker 2015); at 30 s once
 * there were more than 5 restarts in 60 s. A worker that was killed from outside uses up nothing of that: it is started again
 * within a second, however often.
 *
 * @param random From 0 to 1.
 */
export function planRestart(
  history: RestartHistory,
  nowMs: number,
  { readyForMs, fromOutside }: Death,
  random: number,
): Restart {
  const attempts = readyForMs >= HEALTHY_MS ? 0 : history.attempts;
  const within = history.recentMs.filter((atMs) => nowMs - atMs < BUDGET_WINDOW_MS);
  if (fromOutside) {
    const earliestMs = (history.lastStartMs ?? -Infinity) + KILLED_INTERVAL_MS;
    const delayMs = Math.min(KILLED_INTERVAL_MS, Math.max(0, earliestMs - nowMs));
    return {
      delayMs,
      crashLoop: false,
      history: { attempts, recentMs: within, lastStartMs: nowMs + delayMs },
    };
  }
  const recentMs = [...within, nowMs];
  const crashLoop = recentMs.length > BUDGET;
  const jittered = attempts === 0 ? 0 : random * Math.min(CAP_DELAY_MS, BASE_DELAY_MS * 2 ** (attempts - 1));
  const delayMs = crashLoop ? CAP_DELAY_MS : Math.round(jittered);
  return {
    delayMs,
    crashLoop,
    history: { attempts: attempts + 1, recentMs, lastStartMs: nowMs + delayMs },
  };
}

// When to start the next worker after one has died. Pure: time and chance are arguments.

/** First wait, doubled with each restart that did not help. */
const BASE_DELAY_MS = 500;
const CAP_DELAY_MS = 30_000;
/** A worker that was ready this long was healthy: the count of restarts begins anew. */
const HEALTHY_MS = 60_000;
/** More restarts than this in {@link BUDGET_WINDOW_MS} is a crash loop. */
const BUDGET = 5;
const BUDGET_WINDOW_MS = 60_000;

/** The restarts of one slot. */
export interface RestartHistory {
  /** Restarts since the last healthy worker. */
  readonly attempts: number;
  /** Times of the restarts within the last {@link BUDGET_WINDOW_MS}. */
  readonly recentMs: readonly number[];
}

export const NO_RESTARTS: RestartHistory = { attempts: 0, recentMs: [] };

export interface Restart {
  readonly delayMs: number;
  /** The budget of restarts is used up: say so loudly. */
  readonly crashLoop: boolean;
  readonly history: RestartHistory;
}

/**
 * At once the first time, then after a random share of 0.5 s, 1 s, 2 s … 30 s ("full jitter", Brooker 2015); at 30 s once
 * there were more than 5 restarts in 60 s.
 *
 * @param readyForMs How long the worker that died had been ready, 0 if it never was.
 * @param random From 0 to 1.
 */
export function planRestart(
  history: RestartHistory,
  nowMs: number,
  readyForMs: number,
  random: number,
): Restart {
  const attempts = readyForMs >= HEALTHY_MS ? 0 : history.attempts;
  const recentMs = [...history.recentMs.filter((atMs) => nowMs - atMs < BUDGET_WINDOW_MS), nowMs];
  const crashLoop = recentMs.length > BUDGET;
  const jittered = attempts === 0 ? 0 : random * Math.min(CAP_DELAY_MS, BASE_DELAY_MS * 2 ** (attempts - 1));
  return {
    delayMs: crashLoop ? CAP_DELAY_MS : Math.round(jittered),
    crashLoop,
    history: { attempts: attempts + 1, recentMs },
  };
}

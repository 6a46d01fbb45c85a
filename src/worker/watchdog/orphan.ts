import { TICK_MS } from './gap.ts';

/** Minimum gap, in ms, that counts as blocked. Shorter ones are ordinary work, and the drain goes on after them. */
const MIN_BLOCKED_MS = 1000;

export interface OrphanLimits {
  /** How long the worker may drain, in ms. */
  readonly drainTimeoutMs: number;
  /** How long it may take to end after that, in ms. */
  readonly killTimeoutMs: number;
}

/**
 * Decides when a worker without a supervisor has to be killed. Pure.
 *
 * The main thread drains and ends by itself when it sees the end of its channel. A blocked one sees nothing. So the process is
 * due once it has been blocked for `killTimeoutMs`, and in any case after `drainTimeoutMs + killTimeoutMs`. As in `Gap`, a
 * tick counts for no more than its length: a process that was stopped, or a suspended machine, has not used up its time.
 */
export class Orphan {
  readonly #limits: OrphanLimits;
  #lastMs: number;
  #aloneMs = 0;

  /** @param nowMs When the supervisor was found to be gone. */
  constructor(limits: OrphanLimits, nowMs: number) {
    this.#limits = limits;
    this.#lastMs = nowMs;
  }

  /**
   * @param gapMs How long the main thread has been blocked.
   * @returns Whether the process has to be killed now.
   */
  tick(nowMs: number, gapMs: number): boolean {
    this.#aloneMs += Math.min(TICK_MS, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    const { drainTimeoutMs, killTimeoutMs } = this.#limits;
    const blockedMs = Math.min(gapMs, this.#aloneMs);
    return (
      this.#aloneMs >= drainTimeoutMs + killTimeoutMs || blockedMs >= Math.max(killTimeoutMs, MIN_BLOCKED_MS)
    );
  }
}

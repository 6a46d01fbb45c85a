import { type LimitState, initialLimit } from './limit.ts';
import type { ResolvedLimitOptions } from './options.ts';
import { type LimitSample, LimitWindow } from './window.ts';

/** How a request that was let in has ended. */
export type Outcome =
  | 'completed'
  /** In an error of this server. */
  | 'failed'
  /** The client went away before the end. */
  | 'cancelled';

type Next = (state: LimitState, sample: LimitSample, options: ResolvedLimitOptions) => LimitState;

/** Requests that have a limit in common, and the limit, moved window by window. */
export class WindowedLimit {
  readonly window: LimitWindow;
  readonly #next: Next;
  readonly #options: ResolvedLimitOptions;
  #state: LimitState;

  constructor(next: Next, options: ResolvedLimitOptions, nowMs: number) {
    this.#next = next;
    this.#options = options;
    this.#state = initialLimit(options);
    this.window = new LimitWindow(nowMs);
  }

  get limit(): number {
    return this.#state.limit;
  }

  ended(outcome: Outcome, latencyMs: number, nowMs: number): void {
    if (outcome === 'completed') this.window.completed(latencyMs);
    else if (outcome === 'failed') this.window.failed();
    else this.window.cancelled();
    this.move(nowMs);
  }

  move(nowMs: number): void {
    const sample = this.window.take(nowMs);
    if (sample !== undefined) this.#state = this.#next(this.#state, sample, this.#options);
  }
}

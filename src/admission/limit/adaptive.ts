import { initialLimit, type LimitState, nextLimit } from './limit.ts';
import type { ResolvedLimitOptions } from './options.ts';
import { LimitWindow } from './window.ts';

/** How a request that was let in has ended. */
export type Outcome =
  | 'completed'
  /** In an error of this server. */
  | 'failed'
  /** The client went away before the end. */
  | 'cancelled';

/** How many requests may be in flight, told what becomes of them. Times are in milliseconds from any origin. */
export interface Limit {
  readonly value: number;
  /** @param inFlight What is in flight now, this request included. */
  admitted(inFlight: number): void;
  /** A request was refused because of this limit, and for no other reason. */
  shed(nowMs: number): void;
  ended(outcome: Outcome, latencyMs: number, nowMs: number): void;
}

/** The limit of one server, moved window by window. */
export class AdaptiveLimit implements Limit {
  readonly #options: ResolvedLimitOptions;
  readonly #window: LimitWindow;
  #state: LimitState;

  constructor(options: ResolvedLimitOptions, nowMs: number) {
    this.#options = options;
    this.#state = initialLimit(options);
    this.#window = new LimitWindow(nowMs);
  }

  get value(): number {
    return this.#state.limit;
  }

  admitted(inFlight: number): void {
    this.#window.admitted(inFlight);
  }

  shed(nowMs: number): void {
    this.#window.shed();
    this.#move(nowMs);
  }

  ended(outcome: Outcome, latencyMs: number, nowMs: number): void {
    if (outcome === 'completed') this.#window.completed(latencyMs);
    else if (outcome === 'failed') this.#window.failed();
    else this.#window.cancelled();
    this.#move(nowMs);
  }

  #move(nowMs: number): void {
    const sample = this.#window.take(nowMs);
    if (sample !== undefined) this.#state = nextLimit(this.#state, sample, this.#options);
  }
}

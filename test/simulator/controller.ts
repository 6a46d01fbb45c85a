import { initialLimit, type LimitState, nextLimit } from '../../src/admission/limit/limit.ts';
import {
  type LimitOptions,
  type ResolvedLimitOptions,
  resolveLimitOptions,
} from '../../src/admission/limit/options.ts';
import { LimitWindow } from '../../src/admission/limit/window.ts';

/** What decides how many requests a simulated server lets in, and what it is told. */
export interface LimitController {
  readonly limit: number;
  /** @param inFlight With this one. */
  admitted(inFlight: number, nowMs: number): void;
  /** @param inFlight When the request was admitted. */
  completed(latencyMs: number, inFlight: number, nowMs: number): void;
  failed(latencyMs: number, inFlight: number, nowMs: number): void;
  cancelled(nowMs: number): void;
  shed(nowMs: number): void;
}

/** A limit that never changes. */
export function fixedLimit(limit: number): LimitController {
  const nothing = (): void => {};
  return { limit, admitted: nothing, completed: nothing, failed: nothing, cancelled: nothing, shed: nothing };
}

/** Respite's own, wired as in the server. */
export class AdaptiveLimit implements LimitController {
  readonly #options: ResolvedLimitOptions;
  readonly #window = new LimitWindow(0);
  #state: LimitState;

  constructor(options?: LimitOptions) {
    this.#options = resolveLimitOptions(options);
    this.#state = initialLimit(this.#options);
  }

  get limit(): number {
    return this.#state.limit;
  }

  admitted(inFlight: number): void {
    this.#window.admitted(inFlight);
  }

  completed(latencyMs: number, _inFlight: number, nowMs: number): void {
    this.#window.completed(latencyMs);
    this.#update(nowMs);
  }

  failed(_latencyMs: number, _inFlight: number, nowMs: number): void {
    this.#window.failed();
    this.#update(nowMs);
  }

  cancelled(nowMs: number): void {
    this.#window.cancelled();
    this.#update(nowMs);
  }

  shed(nowMs: number): void {
    this.#window.shed();
    this.#update(nowMs);
  }

  #update(nowMs: number): void {
    const sample = this.#window.take(nowMs);
    if (sample !== undefined) this.#state = nextLimit(this.#state, sample, this.#options);
  }
}

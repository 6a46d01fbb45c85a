import { AdaptiveLimit as ServedLimit } from '../../src/admission/limit/adaptive.ts';
import { type LimitOptions, resolveLimitOptions } from '../../src/admission/limit/options.ts';
import type { Counted, Place } from '../../src/admission/limit/roster.ts';

/** What decides how many requests a simulated server lets in, and what it is told. */
export interface LimitController {
  readonly limit: number;
  /** @param inFlight With this one. */
  admitted(inFlight: number, nowMs: number, request: Counted): void;
  /** @param inFlight When the request was admitted. */
  completed(latencyMs: number, inFlight: number, nowMs: number, place?: Place): void;
  failed(latencyMs: number, inFlight: number, nowMs: number): void;
  cancelled(latencyMs: number, nowMs: number, place?: Place): void;
  shed(nowMs: number): void;
  /** How many it lets in when more than `limit` ask at once; as many as ever if there is no such thing. */
  burst?(nowMs: number): number;
  /** May stop counting requests; asked before each decision, and again before a request is shed (`isFull`). */
  sweep?(nowMs: number, isFull: boolean): void;
}

/** A limit that never changes. */
export function fixedLimit(limit: number): LimitController {
  const nothing = (): void => {};
  return { limit, admitted: nothing, completed: nothing, failed: nothing, cancelled: nothing, shed: nothing };
}

/** Respite's own, the very one of the server. */
export class AdaptiveLimit implements LimitController {
  readonly #limit: ServedLimit;

  constructor(options?: LimitOptions) {
    this.#limit = new ServedLimit(resolveLimitOptions(options), 0);
  }

  get limit(): number {
    return this.#limit.value;
  }

  admitted(inFlight: number, _nowMs: number, request: Counted): void {
    this.#limit.admitted(inFlight, request);
  }

  completed(latencyMs: number, _inFlight: number, nowMs: number, place: Place): void {
    this.#limit.ended(place, 'completed', latencyMs, nowMs);
  }

  failed(latencyMs: number, _inFlight: number, nowMs: number): void {
    this.#limit.ended('queue', 'failed', latencyMs, nowMs);
  }

  cancelled(latencyMs: number, nowMs: number, place: Place): void {
    this.#limit.ended(place, 'cancelled', latencyMs, nowMs);
  }

  shed(nowMs: number): void {
    this.#limit.shed(nowMs);
  }

  burst(nowMs: number): number {
    return this.#limit.burst(nowMs);
  }

  sweep(nowMs: number, isFull: boolean): void {
    this.#limit.sweep(nowMs, isFull);
  }
}

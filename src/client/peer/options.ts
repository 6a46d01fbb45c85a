import { type Declaration, object, type OptionsOf, type Rule } from '../../core/options.ts';
import { integer, list, milliseconds, number, share } from '../../core/rules.ts';

/** Which attempts the client repeats, and how often, with every default filled in. */
export interface ResolvedRetryOptions {
  /** Maximum attempts of a call, the first included; 1 for none beyond it. Default 3. */
  readonly attempts: number;
  /** Retries per call that succeeds. Default 0.1. */
  readonly budget: number;
  /** Upper bound of the wait before the second attempt, in ms; it doubles with each attempt. Default 100. */
  readonly baseMs: number;
  /** Maximum upper bound of the wait, in ms. A longer `Retry-After` goes to the caller instead. Default 5000. */
  readonly maxMs: number;
  /** Statuses that are worth another attempt. Default 429, 500, 502, 503 and 504. */
  readonly statuses: readonly number[];
}

/** Which attempts the client repeats, and how often. Only `undefined` means default. */
export type RetryOptions = OptionsOf<ResolvedRetryOptions>;

/** When the client sends a second attempt beside one that takes long, with every default filled in. */
export interface ResolvedHedgeOptions {
  /** Quantile of the origin's latency after which it is sent, from 0.5 to 0.999. Default 0.98. */
  readonly after: number;
  /** Second attempts per call that is answered in the usual time. Default 0.02. */
  readonly budget: number;
}

/** When the client sends a second attempt beside one that takes long. Only `undefined` means default. */
export type HedgeOptions = OptionsOf<ResolvedHedgeOptions>;

/** When the client holds calls back because the origin serves too few of them, with every default filled in. */
export interface ResolvedThrottleOptions {
  /** Calls that may go out per call that the origin serves. With 2 throttling begins when more than half fail. Default 2. */
  readonly requestsPerAccept: number;
  /** Maximum share of calls that the client holds back. Default 0.9. */
  readonly maxShare: number;
}

/** When the client holds calls back because the origin serves too few of them. Only `undefined` means default. */
export type ThrottleOptions = OptionsOf<ResolvedThrottleOptions>;

/** When the circuit breaker opens, with every default filled in. */
export interface ResolvedCircuitOptions {
  /** Failures in a row, without one success, that open it. Default 20. */
  readonly failures: number;
  /** Minimum time that these failures span, in ms. Default 1000. */
  readonly afterMs: number;
  /** Maximum time between two probes while it is open, in ms. Default 1000. */
  readonly probeEveryMs: number;
}

/** When the circuit breaker opens. Only `undefined` means default. */
export type CircuitOptions = OptionsOf<ResolvedCircuitOptions>;

export const RETRY: Declaration<ResolvedRetryOptions> = Object.freeze({
  attempts: { rule: integer(1, 10), byDefault: 3 },
  budget: { rule: share(), byDefault: 0.1 },
  baseMs: { rule: milliseconds(0), byDefault: 100 },
  maxMs: { rule: milliseconds(0), byDefault: 5000 },
  statuses: {
    rule: list('an array of statuses', integer(400, 599)),
    byDefault: Object.freeze([429, 500, 502, 503, 504]),
  },
});

export const HEDGE: Declaration<ResolvedHedgeOptions> = Object.freeze({
  after: { rule: number(0.5, 0.999), byDefault: 0.98 },
  budget: { rule: share(), byDefault: 0.02 },
});

export const THROTTLE: Declaration<ResolvedThrottleOptions> = Object.freeze({
  requestsPerAccept: { rule: number(1), byDefault: 2 },
  maxShare: { rule: number(0, 0.99), byDefault: 0.9 },
});

export const CIRCUIT: Declaration<ResolvedCircuitOptions> = Object.freeze({
  failures: { rule: integer(1), byDefault: 20 },
  afterMs: { rule: milliseconds(0), byDefault: 1000 },
  probeEveryMs: { rule: milliseconds(1), byDefault: 1000 },
});

export const retry: Rule<RetryOptions, ResolvedRetryOptions> = object(RETRY);
export const throttle: Rule<ThrottleOptions, ResolvedThrottleOptions> = object(THROTTLE);
export const circuit: Rule<CircuitOptions, ResolvedCircuitOptions> = object(CIRCUIT);
export const hedge: Rule<HedgeOptions, ResolvedHedgeOptions> = object(HEDGE);

import type { BackOff } from './back-off.ts';
import type { CircuitRules } from './circuit.ts';
import type { HedgeRules } from './hedging.ts';
import type { Throttle } from './throttle.ts';

/** Which attempts are repeated, and how often. */
export interface RetryRules extends BackOff {
  /** Maximum attempts of a call, the first included. */
  readonly attempts: number;
  /** Retries per successful call. */
  readonly budget: number;
  readonly statuses: ReadonlySet<number>;
}

/** How the client treats one origin. */
export interface PeerRules {
  readonly retry: RetryRules;
  readonly hedge: HedgeRules | false;
  readonly throttle: Throttle | false;
  readonly circuit: CircuitRules | false;
  /** Responses that take longer count as failures, in ms; undefined for none. */
  readonly slowMs: number | undefined;
  /** Maximum time that a `Retry-After` holds back later calls, in ms. */
  readonly holdLimitMs: number;
  /** `Respite-Shed` of this origin proves that the handler never ran. */
  readonly trustsRefusals: boolean;
  /** Methods that may be repeated. */
  readonly safeMethods: ReadonlySet<string>;
}

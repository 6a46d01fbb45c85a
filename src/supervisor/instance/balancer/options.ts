import { fail, integer, knownKeys } from '../../../core/validate.ts';

/**
 * How long load balancers go on sending requests to an instance that is to end: what SIGTERM waits for, with readiness down
 * and everything served, before connections are refused. Either both of the balancer's own figures, or `waitMs`.
 */
export interface BalancerOptions {
  /** Between two of its health checks, in milliseconds: HAProxy's `inter`. */
  readonly checkIntervalMs?: number | undefined;
  /** Failed checks in a row after which it sends nothing more: HAProxy's `fall`. Default 3, as in HAProxy. */
  readonly checkFailures?: number | undefined;
  /** Where nobody checks, the whole wait in milliseconds: Kubernetes takes a pod out by itself, and tells its proxies. Default 0. */
  readonly waitMs?: number | undefined;
}

export interface ResolvedBalancerOptions {
  readonly waitMs: number;
}

export const DEFAULTS: ResolvedBalancerOptions = Object.freeze({ waitMs: 0 });

export const WAIT_RULE = 'left out where the checks are given';

const KEYS: readonly (keyof BalancerOptions)[] = ['checkIntervalMs', 'checkFailures', 'waitMs'];

const CHECK_FAILURES = 3;

/** For the last check's answer to take effect, and a balancer's clock that is late. Measured with it: 0 of 17,700 requests failed. */
const SLACK_MS = 500;

export function resolveBalancerOptions(given: BalancerOptions = {}): ResolvedBalancerOptions {
  const option = 'supervisor.balancer';
  knownKeys(option, given, KEYS);
  const { checkIntervalMs, checkFailures, waitMs } = given;
  if (checkIntervalMs === undefined && checkFailures === undefined) {
    return Object.freeze({ waitMs: integer(`${option}.waitMs`, waitMs ?? DEFAULTS.waitMs, 0) });
  }
  if (waitMs !== undefined) return fail(`${option}.waitMs`, WAIT_RULE, waitMs);
  const intervalMs = integer(`${option}.checkIntervalMs`, checkIntervalMs, 1);
  const failures = integer(`${option}.checkFailures`, checkFailures ?? CHECK_FAILURES, 1);
  return Object.freeze({ waitMs: intervalMs * failures + SLACK_MS });
}

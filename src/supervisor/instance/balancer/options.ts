import {
  type Declaration,
  object,
  type OptionsOf,
  type Path,
  type Problem,
  resolve,
  type Rule,
} from '../../../core/options.ts';
import { integer, milliseconds } from '../../../core/rules.ts';

/**
 * How long load balancers go on sending requests to an instance that is to end: what SIGTERM waits for, with readiness down
 * and everything served, before connections are refused. Either both of the balancer's own figures, or `waitMs`.
 */
interface ResolvedBalancerChecks {
  /** Between two of its health checks, in milliseconds: HAProxy's `inter`. Default none. */
  readonly checkIntervalMs: number | undefined;
  /** Failed checks in a row after which it sends nothing more: HAProxy's `fall`. Default 3. */
  readonly checkFailures: number;
  /** The whole wait, where no load balancer checks readiness, in milliseconds: Kubernetes takes a pod out by itself, and tells its proxies. Default 0. */
  readonly waitMs: number;
}

/** How long load balancers go on sending requests to an instance that is to end. Only `undefined` means default. */
export type BalancerOptions = OptionsOf<ResolvedBalancerChecks>;

export interface ResolvedBalancerOptions {
  readonly waitMs: number;
}

/** For the last check's answer to take effect, and a balancer's clock that is late. Measured with it: 0 of 17,700 requests failed. */
const SLACK_MS = 500;

export const BALANCER: Declaration<ResolvedBalancerChecks> = Object.freeze({
  checkIntervalMs: { rule: milliseconds(1), byDefault: undefined },
  checkFailures: { rule: integer(1), byDefault: 3 },
  waitMs: { rule: milliseconds(0), byDefault: 0 },
});

const declared: Rule<BalancerOptions, ResolvedBalancerChecks> = object(BALANCER, eitherWay);

export const balancer: Rule<BalancerOptions, ResolvedBalancerOptions> = {
  check: declared.check,
  complete: (given) => {
    const { checkIntervalMs, checkFailures, waitMs } = declared.complete(given);
    if (checkIntervalMs === undefined) return Object.freeze({ waitMs });
    return Object.freeze({ waitMs: checkIntervalMs * checkFailures + SLACK_MS });
  },
};

export function resolveBalancerOptions(given: BalancerOptions = {}): ResolvedBalancerOptions {
  return resolve(balancer, given, ['supervisor', 'balancer']);
}

function eitherWay(given: BalancerOptions, path: Path): readonly Problem[] {
  const { checkIntervalMs, checkFailures, waitMs } = given;
  if (checkIntervalMs === undefined && checkFailures === undefined) return [];
  if (waitMs !== undefined) {
    return [{ path: [...path, 'waitMs'], rule: 'left out where the checks are given', value: waitMs }];
  }
  return milliseconds(1).check(checkIntervalMs, [...path, 'checkIntervalMs']);
}

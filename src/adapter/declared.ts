// A policy beside a route is a middleware of the framework. It carries its policy where those who read the framework's
// routes find it, so that it is known before the first request.
import {
  type Criticality,
  resolvePolicy,
  type ResolvedRoutePolicy,
  type RoutePolicy,
} from '../admission/index.ts';

/** Global, since two copies of this package may meet in one application. */
const kPolicy: unique symbol = Symbol.for('respite.policy');

/** Throws as `resolvePolicy` does. */
export function declare<Middleware extends object>(
  given: Criticality | RoutePolicy,
  create: (policy: ResolvedRoutePolicy) => Middleware,
): Middleware {
  const policy = resolvePolicy('policy', given);
  return Object.assign(create(policy), { [kPolicy]: policy });
}

/** The policy of the first of the middlewares that has one. */
export function declaredBy(middlewares: readonly unknown[]): ResolvedRoutePolicy | undefined {
  for (const middleware of middlewares) {
    const policy = (middleware as { [kPolicy]?: ResolvedRoutePolicy } | undefined)?.[kPolicy];
    if (policy !== undefined) return policy;
  }
  return undefined;
}

import findMyWay from 'find-my-way';
import { RespiteError } from '../core/errors.ts';
import { RouteLabels } from '../core/route-labels.ts';
import type { ResolvedAdmissionOptions } from './options.ts';
import type { ResolvedRoutePolicy } from './policy.ts';

/** What is known of a request before its handler runs: how it is treated and the pattern that named it. */
export interface RouteClass {
  readonly policy: ResolvedRoutePolicy;
  /** The pattern of the route; empty for requests that no pattern names. */
  readonly route: string;
}

/**
 * Templates of the user's framework that are known before it routes. More than an application declares; a bound because
 * some are learned from requests.
 */
const MAX_LEARNED = 5000;

/** Finds a request's class by method and target (`/path?query`). */
export interface Classifier {
  /** Of the requests that no pattern names. */
  readonly unnamed: RouteClass;
  classify(method: string, target: string): RouteClass;
  /**
   * Makes a route of the user's framework known, with its policy if it has one. Configured routes win over it, and a
   * policy that was added for the same pattern before stays. False when the pattern can't be used.
   */
  addRoute(pattern: string, policy: ResolvedRoutePolicy | undefined): boolean;
  /** The label of requests to a pattern of the user's framework: the pattern, or one for all when there are too many. */
  label(pattern: string): string;
}

/** Learned routes are kept apart, so that no template of a framework can take a request from a configured route. */
interface Learned extends RouteClass {
  policy: ResolvedRoutePolicy;
}

/** Compiles the configured routes. Throws `RESPITE_OPTIONS_INVALID` for a pattern that can't be used or stands twice. */
export function createClassifier(options: ResolvedAdmissionOptions): Classifier {
  const unnamed: RouteClass = { policy: { criticality: options.defaultCriticality, cost: 1 }, route: '' };
  const configured = new Patterns();
  const learned = new Patterns();
  const learnedRoutes = new Map<string, Learned | undefined>();
  const labels = new RouteLabels();
  const label = (pattern: string): string => labels.of(pattern);

  const add = (pattern: string, policy: ResolvedRoutePolicy, option: string): void => {
    try {
      configured.add(pattern, { policy, route: pattern });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new RespiteError('RESPITE_OPTIONS_INVALID', `${option} can't be used as a route: ${why}`, {
        cause,
      });
    }
  };
  for (const [pattern, policy] of Object.entries(options.routes)) {
    add(pattern, policy, `admission.routes[${JSON.stringify(pattern)}]`);
  }
  const exempt: ResolvedRoutePolicy = { criticality: 'exempt', cost: 1 };
  options.exempt.forEach((pattern, i) =>
    add(pattern, exempt, `admission.exempt[${i}] ${JSON.stringify(pattern)}`),
  );

  return {
    unnamed,
    label,
    classify(method, target) {
      return configured.find(method, target) ?? learned.find(method, target) ?? unnamed;
    },
    addRoute(pattern, policy) {
      if (learnedRoutes.has(pattern)) {
        const known = learnedRoutes.get(pattern);
        if (known?.policy === unnamed.policy && policy !== undefined) known.policy = policy;
        return known !== undefined;
      }
      if (learnedRoutes.size >= MAX_LEARNED) return false;
      const route: Learned = { policy: policy ?? unnamed.policy, route: label(pattern) };
      try {
        learned.add(pattern, route);
        learnedRoutes.set(pattern, route);
        return true;
      } catch {
        // A pattern of the user's framework that means the same as another, or nothing here; not a mistake of the user's.
        learnedRoutes.set(pattern, undefined);
        return false;
      }
    },
  };
}

/** Patterns with a method (`POST /a/:id`) and without. */
class Patterns {
  /** Undefined while no pattern has a method: looking into an empty one costs every request as much as a full one. */
  #withMethod: findMyWay.Instance<findMyWay.HTTPVersion.V1> | undefined;
  /** Each stands here once, as GET; once for each of Node.js's 35 methods would cost a worker's start 5 ms. */
  #anyMethod: findMyWay.Instance<findMyWay.HTTPVersion.V1> | undefined;

  /** Throws what find-my-way throws. */
  add(pattern: string, routeClass: RouteClass): void {
    const [first = '', second] = pattern.split(' ');
    if (second === undefined) {
      this.#anyMethod ??= findMyWay({ ignoreTrailingSlash: true });
      this.#anyMethod.on('GET', first, noHandler, routeClass);
    } else {
      this.#withMethod ??= findMyWay({ ignoreTrailingSlash: true });
      this.#withMethod.on(first as findMyWay.HTTPMethod, second, noHandler, routeClass);
    }
  }

  find(method: string, target: string): RouteClass | undefined {
    const found =
      this.#withMethod?.find(method as findMyWay.HTTPMethod, target) ?? this.#anyMethod?.find('GET', target);
    return found?.store as RouteClass | undefined;
  }
}

/** The router wants a handler with each route; we only want to know which route it is. */
function noHandler(): void {}

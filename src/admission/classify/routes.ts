import { RespiteError } from '../../core/errors.ts';
import { RouteLabels } from '../../core/route-labels.ts';
import type { ResolvedAdmissionOptions } from '../options.ts';
import type { ResolvedRoutePolicy } from '../policy.ts';
import { Patterns } from './patterns.ts';
import { type RouterSource, whenNeeded } from './router.ts';

/** What is known of a request before its handler runs: how it is treated and the pattern that named it. */
export interface RouteMatch {
  readonly policy: ResolvedRoutePolicy;
  /** The pattern of the route; empty for requests that no pattern names. */
  readonly route: string;
}

/**
 * Templates of the user's framework that are known before it routes. More than an application declares; a bound because
 * some are learned from requests.
 */
const MAX_LEARNED = 5000;

/** The routes that are known. Finds the one of a request by method and target (`/path?query`). */
export interface Routes {
  /** Of the requests that no pattern names. */
  readonly unnamed: RouteMatch;
  find(method: string, target: string): RouteMatch;
  /**
   * Makes a route of the user's framework known, with its policy if it has one. Configured routes win over it, and a
   * policy that was added for the same pattern before stays. False when the pattern can't be used.
   */
  add(pattern: string, policy: ResolvedRoutePolicy | undefined): boolean;
  /** The label of requests to a pattern of the user's framework: the pattern, or one for all when there are too many. */
  label(pattern: string): string;
}

/** Learned routes are kept apart, so that no template of a framework can take a request from a configured route. */
interface Learned extends RouteMatch {
  policy: ResolvedRoutePolicy;
}

/**
 * Compiles the configured routes.
 *
 * @param router Asked for a router once a pattern needs one.
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for a pattern that can't be used or stands twice.
 */
export function createRoutes(options: ResolvedAdmissionOptions, router: RouterSource = whenNeeded): Routes {
  const unnamed: RouteMatch = { policy: { criticality: options.defaultCriticality, cost: 1 }, route: '' };
  const configured = new Patterns<RouteMatch>(router);
  const learned = new Patterns<RouteMatch>(router);
  const learnedRoutes = new Map<string, Learned | undefined>();
  const labels = new RouteLabels();
  const label = (pattern: string): string => labels.of(pattern);

  const add = (pattern: string, policy: ResolvedRoutePolicy, option: string): void => {
    try {
      configured.add(pattern, { policy, route: pattern });
    } catch (cause) {
      throw new RespiteError(
        'RESPITE_OPTIONS_INVALID',
        `${option} can't be used as a route: ${whyNot(cause)}`,
        {
          cause,
        },
      );
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
    find(method, target) {
      return configured.find(method, target) ?? learned.find(method, target) ?? unnamed;
    },
    add(pattern, policy) {
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

/** find-my-way generates a function for each route. */
function whyNot(cause: unknown): string {
  if (cause instanceof EvalError) {
    return "the router generates code, which Node.js's option --disallow-code-generation-from-strings forbids. Start without that option";
  }
  return cause instanceof Error ? cause.message : String(cause);
}

import findMyWay from 'find-my-way';
import { RespiteError } from '../../core/errors.ts';
import { RouteLabels } from '../../core/route-labels.ts';
import type { ResolvedAdmissionOptions } from '../options.ts';
import type { ResolvedRoutePolicy } from '../policy.ts';

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

/** Compiles the configured routes. Throws `RESPITE_OPTIONS_INVALID` for a pattern that can't be used or stands twice. */
export function createRoutes(options: ResolvedAdmissionOptions): Routes {
  const unnamed: RouteMatch = { policy: { criticality: options.defaultCriticality, cost: 1 }, route: '' };
  const configured = new Patterns();
  const learned = new Patterns();
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

/**
 * A parameter may be as long as a request line can be. find-my-way's own limit of 100 characters would let a caller leave
 * the class of a route with a long parameter.
 */
const ROUTER = { ignoreTrailingSlash: true, maxParamLength: 1024 * 1024 * 1024 };

const ASCII = 128;
const SLASH = 0x2f;

/** What a target may have after its first slash and still be a path that begins otherwise: a coded character, a query. */
const ALWAYS_ASKED = '%/?#;';

/** What begins a parameter, an expression or the rest of a path. */
const PARAMETERS = ':*(';

/** Patterns with a method (`POST /a/:id`) and without. */
class Patterns {
  /** Undefined while no pattern has a method: looking into an empty one costs every request as much as a full one. */
  #withMethod: findMyWay.Instance<findMyWay.HTTPVersion.V1> | undefined;
  /** Each stands here once, as GET; once for each of Node.js's 35 methods would cost a worker's start 5 ms. */
  #anyMethod: findMyWay.Instance<findMyWay.HTTPVersion.V1> | undefined;

  /** By the code of the character after the first slash: 1 where a pattern may match. */
  readonly #mayMatch = new Uint8Array(ASCII);

  constructor() {
    for (const character of ALWAYS_ASKED) this.#mayMatch[character.charCodeAt(0)] = 1;
  }

  /** Throws what find-my-way throws. */
  add(pattern: string, match: RouteMatch): void {
    const [first = '', second] = pattern.split(' ');
    this.#note(second ?? first);
    if (second === undefined) {
      this.#anyMethod ??= findMyWay(ROUTER);
      this.#anyMethod.on('GET', first, noHandler, match);
    } else {
      this.#withMethod ??= findMyWay(ROUTER);
      this.#withMethod.on(first as findMyWay.HTTPMethod, second, noHandler, match);
    }
  }

  find(method: string, target: string): RouteMatch | undefined {
    if (!this.#canMatch(target)) return undefined;
    const found =
      this.#withMethod?.find(method as findMyWay.HTTPMethod, target) ??
      // Frameworks answer HEAD with the route of GET.
      (method === 'HEAD' ? this.#withMethod?.find('GET', target) : undefined) ??
      this.#anyMethod?.find('GET', target);
    return found?.store as RouteMatch | undefined;
  }

  #note(path: string): void {
    const code = path.length > 1 ? path.charCodeAt(1) : 0;
    const isLiteral = code < ASCII && !PARAMETERS.includes(path.charAt(1));
    if (isLiteral) this.#mayMatch[code] = 1;
    else this.#mayMatch.fill(1);
  }

  /** Most requests of a server with few patterns match none, and need no router to find that out. */
  #canMatch(target: string): boolean {
    // `OPTIONS *`, and the absolute form of RFC 9112, section 3.2.2.
    if (target.charCodeAt(0) !== SLASH) return true;
    const code = target.length > 1 ? target.charCodeAt(1) : 0;
    return code >= ASCII || this.#mayMatch[code] === 1;
  }
}

/** The router wants a handler with each route; we only want to know which route it is. */
function noHandler(): void {}

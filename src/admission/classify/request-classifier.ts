import type { IncomingHttpHeaders } from 'node:http';
import type { ResolvedAdmissionOptions } from '../options.ts';
import type { ResolvedRoutePolicy } from '../policy.ts';
import { type Peer, TrustedCriticality } from './criticality-header.ts';
import { HintedCriticality } from './hints.ts';
import type { RequestClass, RequestClasses } from './request-class.ts';
import type { RouterSource } from './router.ts';
import { createRoutes, type Routes } from './routes.ts';

/** Finds the class of a request: by its route, and by the criticality that a trusted caller asks for. */
export class RequestClassifier {
  readonly #routes: Routes;
  readonly #classes: RequestClasses;
  readonly #trusted: TrustedCriticality | undefined;
  readonly #hinted: HintedCriticality | undefined;
  /** Policy of exempt requests beyond their allowance: treated like any request that no route names. */
  readonly #beyondAllowance: ResolvedRoutePolicy;

  constructor(options: ResolvedAdmissionOptions, classes: RequestClasses, router?: RouterSource) {
    this.#routes = createRoutes(options, router);
    this.#classes = classes;
    const { criticalityHeader } = options;
    if (criticalityHeader !== undefined) this.#trusted = new TrustedCriticality(criticalityHeader);
    const { hints, defaultCriticality } = options;
    if (hints !== 'off') this.#hinted = new HintedCriticality(hints === 'dry-run', defaultCriticality);
    this.#beyondAllowance = Object.freeze({ criticality: options.defaultCriticality, cost: 1 });
  }

  /**
   * A preflight request of CORS is exempt: a browser whose preflight is shed never gets to see why.
   *
   * @param target Path and query, as in the request line.
   */
  classify(
    method: string,
    target: string,
    headers: IncomingHttpHeaders,
    peer: Peer | undefined,
  ): RequestClass {
    const { policy, route } = this.#routes.find(method, target);
    if (method === 'OPTIONS' && isPreflight(headers)) return this.#classes.of(PREFLIGHT, route);
    return this.#classes.of(this.#trusted?.policyFor(policy, headers, peer) ?? policy, route);
  }

  /** The class that hints in its headers make of it: only under pressure. A class that its caller may ask for is no guess. */
  guess(requestClass: RequestClass, headers: IncomingHttpHeaders): RequestClass {
    const { policy, route } = requestClass;
    if (this.#hinted === undefined || (this.#trusted?.originalOf(policy) ?? policy) !== policy) {
      return requestClass;
    }
    const isWritten = policy !== this.#routes.unnamed.policy && policy.criticality !== undefined;
    const guessed = this.#hinted.policyFor(policy, headers, isWritten);
    return guessed === policy ? requestClass : this.#classes.of(guessed, route);
  }

  /** The class of an exempt request when the allowance of exempt requests is used up. */
  withoutExemption({ route }: RequestClass): RequestClass {
    return this.#classes.of(this.#beyondAllowance, route);
  }

  /** The same treatment under the label of a route of the user's framework. */
  withLabel({ policy }: RequestClass, pattern: string): RequestClass {
    return this.#classes.of(policy, this.#routes.label(pattern));
  }

  /** The same route under a policy of the user's framework, unless a policy was known before. */
  withPolicy(requestClass: RequestClass, policy: ResolvedRoutePolicy): RequestClass {
    const before = requestClass.policy;
    const unguessed = this.#hinted?.originalOf(before) ?? before;
    const decidedBy = this.#trusted?.originalOf(unguessed) ?? unguessed;
    if (decidedBy !== this.#routes.unnamed.policy) return requestClass;
    const after = this.#trusted?.policyAfter(unguessed, policy) ?? policy;
    return this.#classes.of(this.#hinted?.policyAfter(before, after) ?? after, requestClass.route);
  }

  /** See `Admission.addRoute`. */
  addRoute(pattern: string, policy: ResolvedRoutePolicy | undefined): void {
    this.#routes.add(pattern, policy);
  }
}

const PREFLIGHT: ResolvedRoutePolicy = Object.freeze({ criticality: 'exempt', cost: 1 });

/** Fetch standard, section "CORS-preflight fetch". */
function isPreflight(headers: IncomingHttpHeaders): boolean {
  return headers['access-control-request-method'] !== undefined && headers.origin !== undefined;
}

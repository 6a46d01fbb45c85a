import type { IncomingHttpHeaders } from 'node:http';
import type { ResolvedAdmissionOptions } from '../options.ts';
import type { ResolvedRoutePolicy } from '../policy.ts';
import { type Peer, TrustedCriticality } from './criticality-header.ts';
import type { RequestClass, RequestClasses } from './request-class.ts';
import { createRoutes, type Routes } from './routes.ts';

/** Finds the class of a request: by its route, and by the criticality that a trusted caller asks for. */
export class RequestClassifier {
  readonly #routes: Routes;
  readonly #classes: RequestClasses;
  readonly #trusted: TrustedCriticality | undefined;
  /** Policy of exempt requests beyond their allowance: treated like any request that no route names. */
  readonly #beyondAllowance: ResolvedRoutePolicy;

  constructor(options: ResolvedAdmissionOptions, classes: RequestClasses) {
    this.#routes = createRoutes(options);
    this.#classes = classes;
    const { criticalityHeader } = options;
    if (criticalityHeader !== undefined) this.#trusted = new TrustedCriticality(criticalityHeader);
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
    const decidedBy = this.#trusted?.originalOf(requestClass.policy) ?? requestClass.policy;
    if (decidedBy !== this.#routes.unnamed.policy) return requestClass;
    const after = this.#trusted?.policyAfter(requestClass.policy, policy) ?? policy;
    return this.#classes.of(after, requestClass.route);
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

import type { IncomingHttpHeaders } from 'node:http';
import { type Classifier, createClassifier } from './classify.ts';
import { type Peer, TrustedCriticality } from './criticality-header.ts';
import type { ResolvedAdmissionOptions } from './options.ts';
import type { ResolvedRoutePolicy } from './policy.ts';
import type { Tallies, Tally } from './tally.ts';

/** What an exempt request is when there are too many of its kind. */
const EXEMPT_OVER_LIMIT: ResolvedRoutePolicy = Object.freeze({ criticality: 'critical-plus', cost: 1 });

/** Sorts requests: which are treated alike and counted together, and who may say so. */
export class Sorter {
  readonly #classifier: Classifier;
  readonly #tallies: Tallies;
  readonly #trusted: TrustedCriticality | undefined;

  constructor(options: ResolvedAdmissionOptions, tallies: Tallies) {
    this.#classifier = createClassifier(options);
    this.#tallies = tallies;
    const { criticalityHeader } = options;
    if (criticalityHeader !== undefined) this.#trusted = new TrustedCriticality(criticalityHeader);
  }

  /** @param target Path and query, as in the request line. */
  sort(method: string, target: string, headers: IncomingHttpHeaders, peer: Peer | undefined): Tally {
    const { policy, route } = this.#classifier.classify(method, target);
    return this.#tallies.of(this.#trusted?.policyFor(policy, headers, peer) ?? policy, route);
  }

  /** For an exempt request that is one too many. */
  asOneTooMany({ route }: Tally): Tally {
    return this.#tallies.of(EXEMPT_OVER_LIMIT, route);
  }

  /** The same treatment under the label of a route of the user's framework. */
  withLabel(tally: Tally, pattern: string): Tally {
    return this.#tallies.of(tally.policy, this.#classifier.label(pattern));
  }

  /** The same route under a policy of the user's framework, unless one was known before. */
  withPolicy(tally: Tally, policy: ResolvedRoutePolicy): Tally {
    const decidedBy = this.#trusted?.originalOf(tally.policy) ?? tally.policy;
    if (decidedBy !== this.#classifier.unnamed.policy) return tally;
    return this.#tallies.of(this.#trusted?.policyAfter(tally.policy, policy) ?? policy, tally.route);
  }

  /** See `Admission.addRoute`. */
  addRoute(pattern: string, policy: ResolvedRoutePolicy | undefined): void {
    this.#classifier.addRoute(pattern, policy);
  }
}

import type { Criticality, ResolvedRoutePolicy } from '../policy.ts';

/** A route's policy in other classes. */
type ByClass = Partial<Record<Criticality, ResolvedRoutePolicy>>;

/** Policies as they are for requests that something puts into another class: one object for each, since classes are counted by it. */
export class ChangedPolicies {
  readonly #changed = new Map<ResolvedRoutePolicy, ByClass>();
  readonly #original = new WeakMap<ResolvedRoutePolicy, ResolvedRoutePolicy>();

  with(policy: ResolvedRoutePolicy, criticality: Criticality): ResolvedRoutePolicy {
    let byClass = this.#changed.get(policy);
    if (byClass === undefined) this.#changed.set(policy, (byClass = {}));
    let changed = byClass[criticality];
    if (changed === undefined) {
      changed = Object.freeze({ ...policy, criticality });
      byClass[criticality] = changed;
      this.#original.set(changed, policy);
    }
    return changed;
  }

  has(policy: ResolvedRoutePolicy): boolean {
    return this.#original.has(policy);
  }

  /** What a policy was before its class was changed. */
  originalOf(policy: ResolvedRoutePolicy): ResolvedRoutePolicy {
    return this.#original.get(policy) ?? policy;
  }
}

// What admission counts, and how it treats those that it counts together.
import type { RouteClass } from './classify.ts';
import type { ResolvedAdmissionOptions, ShedStatus } from './options.ts';
import { CRITICALITIES, type Criticality, type ResolvedRoutePolicy } from './policy.ts';
import { type AdmissionCount, SHED_REASONS, type ShedReason } from './stats.ts';

/** The requests of one route that are treated alike. */
export interface Tally extends RouteClass {
  readonly criticality: Criticality | 'exempt';
  /** Index of the class in `CRITICALITIES`; -1 for the exempt. */
  readonly rank: number;
  /** Utilization, of units and of bytes, from which it is shed. */
  readonly threshold: number;
  readonly status: ShedStatus;
  admitted: number;
  readonly shed: Record<ShedReason, number>;
  /** What was let through in a dry run. Kept apart, since a dry run may begin and end while the server runs. */
  readonly wouldShed: Record<ShedReason, number>;
  /** The user's cost function has returned something else than a cost, and that was said. */
  warned: boolean;
}

/** All tallies of an admission, by policy and label. */
export class Tallies {
  readonly #options: ResolvedAdmissionOptions;
  readonly #byPolicy = new Map<ResolvedRoutePolicy, Map<string, Tally>>();
  /** The tally of the last request: the next one is often its like. */
  #last: Tally | undefined;

  constructor(options: ResolvedAdmissionOptions) {
    this.#options = options;
  }

  of(policy: ResolvedRoutePolicy, route: string): Tally {
    if (this.#last?.policy !== policy || this.#last.route !== route) this.#last = this.#find(policy, route);
    return this.#last;
  }

  *counts(): Generator<AdmissionCount> {
    for (const routes of this.#byPolicy.values()) {
      for (const tally of routes.values()) yield* countsOf(tally);
    }
  }

  #find(policy: ResolvedRoutePolicy, route: string): Tally {
    let routes = this.#byPolicy.get(policy);
    if (routes === undefined) {
      routes = new Map();
      this.#byPolicy.set(policy, routes);
    }
    let tally = routes.get(route);
    if (tally === undefined) {
      tally = this.#create(policy, route);
      routes.set(route, tally);
    }
    return tally;
  }

  #create(policy: ResolvedRoutePolicy, route: string): Tally {
    const { thresholds, statuses, defaultCriticality } = this.#options;
    const criticality = policy.criticality ?? defaultCriticality;
    const isExempt = criticality === 'exempt';
    return {
      policy,
      route,
      criticality,
      rank: isExempt ? -1 : CRITICALITIES.indexOf(criticality),
      threshold: isExempt ? Infinity : thresholds[criticality],
      status: isExempt ? 503 : statuses[criticality],
      admitted: 0,
      shed: noneShed(),
      wouldShed: noneShed(),
      warned: false,
    };
  }
}

function noneShed(): Record<ShedReason, number> {
  return { priority: 0, 'in-flight': 0, bytes: 0, turn: 0, deadline: 0 };
}

function* countsOf({ criticality, route, admitted, shed, wouldShed }: Tally): Generator<AdmissionCount> {
  if (admitted > 0) yield { decision: 'admitted', reason: '', criticality, route, count: admitted };
  for (const reason of SHED_REASONS) {
    if (shed[reason] > 0) yield { decision: 'shed', reason, criticality, route, count: shed[reason] };
    const count = wouldShed[reason];
    if (count > 0) yield { decision: 'would-shed', reason, criticality, route, count };
  }
}

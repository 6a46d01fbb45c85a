// Has something refreshed that can be served as it is: in the background where that can be done, one at a time.
import type { RequestRules } from '../policy/request.ts';
import type { Answer } from './answer.ts';
import type { BackOff } from './back-off.ts';
import type { Coalescing, Forwarded } from './coalesce.ts';
import { type Flights, refreshLane } from './flights.ts';
import { refreshOf } from './refresh.ts';
import type { CacheCounters } from './statistics.ts';

/** What refreshing needs of the engine. */
interface Parts {
  readonly rules: RequestRules;
  readonly coalescing: Coalescing;
  readonly flights: Flights;
  readonly backOff: BackOff;
  readonly counters: CacheCounters;
  readonly steadyNow: () => number;
}

export class Refresher {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** As `refreshOrLead`, unless the origin or the resource is in trouble and has been asked lately. */
  unlessTroubled(journey: Forwarded): Promise<Answer> | undefined {
    const { backOff, steadyNow } = this.#parts;
    const advice = backOff.advise(journey.request, steadyNow());
    if (advice === 'wait') return undefined;
    if (advice === 'probe') backOff.probing(journey.request, steadyNow());
    return this.refreshOrLead(journey);
  }

  /** Refreshes in the background; where that can't be done this request does it, and gets what it brings. */
  refreshOrLead(journey: Forwarded): Promise<Answer> | undefined {
    const { rules, coalescing, flights, counters } = this.#parts;
    let leading: Promise<Answer> | undefined;
    let isSent: boolean;
    if (journey.origin.isLocal) {
      leading = coalescing.refreshing(journey);
      isSent = leading !== undefined;
    } else {
      const refresh = refreshOf(journey, rules);
      isSent = flights.refresh(refresh, refreshLane(refresh));
    }
    if (isSent) counters.revalidations += 1;
    return leading;
  }
}

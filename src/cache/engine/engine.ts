// The way of a request through the cache: looked up, decided about, answered from the store or sent on.
import type { ResolvedCacheOptions } from '../options.ts';
import { decide, mayServeOnError } from '../policy/decide.ts';
import { conditions } from '../policy/freshen.ts';
import type { StoredEntry } from '../policy/record.ts';
import { type CacheRequest, isPartition, type RequestRules } from '../policy/request.ts';
import type { MaybePromise } from '../store/contract.ts';
import { type Answer, answerFromOrigin, answerStored, answerUnavailable, ttl } from './answer.ts';
import { BackOff } from './back-off.ts';
import { ByteBudget } from './byte-budget.ts';
import { Coalescing, type Forwarded } from './coalesce.ts';
import { type Counted, CountedStore, storeErrors } from './counted-store.ts';
import { publishTrouble } from './events.ts';
import { Flights } from './flights.ts';
import { forward } from './invalidation.ts';
import { Invalidator } from './invalidator.ts';
import { Ledger } from './ledger.ts';
import { type Found, foundNothing, look } from './lookup.ts';
import type { Origin } from './origin.ts';
import { isUnfit, Outcomes } from './outcome.ts';
import { partsAside } from './partial.ts';
import { isDueEarly } from './refresh.ts';
import { Refresher } from './refresher.ts';
import { type CacheCounters, type CacheStats, newCounters } from './statistics.ts';
import { Upstream } from './upstream.ts';

export class Engine {
  readonly #options: ResolvedCacheOptions;
  /** By an option, or because a request has come that names another audience. */
  #hasPartitions: boolean;
  readonly #now: () => number;
  /** For what must not last longer because the clock was set back. */
  readonly #steadyNow: () => number;
  readonly #budget: ByteBudget;
  readonly #counters: CacheCounters = newCounters();
  readonly #ledger: Ledger;
  /** Numbers only: who keeps it does not keep what is cached. */
  readonly counted: Counted;
  /** How requests are read that come here. */
  readonly rules: RequestRules;
  /** What the user removes. */
  readonly invalidator: Invalidator;
  readonly #backOff: BackOff;
  readonly #outcomes: Outcomes;
  readonly #flights: Flights;
  readonly #coalescing: Coalescing;
  readonly #refresher: Refresher;
  readonly #name: string;
  readonly #hit: string;

  constructor(given: ResolvedCacheOptions) {
    const store = new CountedStore(given.store);
    this.#hasPartitions = given.hasPartitions;
    const hasPartitions = (): boolean => this.#hasPartitions;
    const options = {
      ...given,
      store,
      get hasPartitions() {
        return hasPartitions();
      },
    };
    this.#options = options;
    this.rules = options;
    this.#name = options.name;
    this.#hit = `${options.name}; hit; ttl=`;
    this.counted = { counters: this.#counters, tallies: store.tallies };
    this.#ledger = new Ledger(options.name, this.#counters);
    this.#now = options.now;
    const steadyNow = options.now === Date.now ? () => performance.now() : options.now;
    this.#steadyNow = steadyNow;
    this.#budget = new ByteBudget(options.inFlightLimitBytes);
    this.#backOff = new BackOff((name, pauseMs) => {
      publishTrouble(options.name, name, options.now() + pauseMs);
    });
    const upstream = new Upstream(options, this.#backOff, steadyNow);
    this.#outcomes = new Outcomes(options, upstream, steadyNow, this.#budget, this.#counters);
    this.#flights = new Flights(
      (flight, land) => this.#outcomes.bring(flight, land),
      steadyNow,
      options.revalidationDeadlineMs,
    );
    this.invalidator = new Invalidator(options, this.#flights);
    this.#coalescing = new Coalescing({
      options,
      flights: this.#flights,
      backOff: this.#backOff,
      counters: this.#counters,
      steadyNow,
    });
    this.#refresher = new Refresher({
      rules: options,
      coalescing: this.#coalescing,
      flights: this.#flights,
      backOff: this.#backOff,
      counters: this.#counters,
      steadyNow,
    });
  }

  /** Answers a request: at once, without a promise, if it is a hit in a store that answers at once. */
  handle(request: CacheRequest, origin: Origin): MaybePromise<Answer> {
    this.#hasPartitions ||= isPartition(request.partition);
    const answer = this.#find(request, origin);
    if (answer instanceof Promise) return this.#ledger.follow(request, answer);
    this.#ledger.answered(request, answer);
    return answer;
  }

  stats(): CacheStats {
    const { counters, tallies } = this.counted;
    return {
      ...counters,
      requests: { ...counters.requests },
      storeErrors: storeErrors(tallies),
      requestsInFlight: this.#flights.count,
      bytesInFlight: this.#budget.used,
    };
  }

  #find(request: CacheRequest, origin: Origin): MaybePromise<Answer> {
    const { method, directives, hasPrecondition } = request;
    if (method !== 'GET' && method !== 'HEAD') return this.#forward(request, origin);
    // What is stored has no part in answering these.
    if (directives.noStore || hasPrecondition) return this.#answer(request, origin, foundNothing(request));
    let found: MaybePromise<Found>;
    try {
      found = look(this.#options.store, request);
    } catch {
      found = foundNothing(request);
    }
    if (!(found instanceof Promise)) return this.#answer(request, origin, found);
    return found
      .catch(() => foundNothing(request))
      .then((result) => {
        // The caller may have gone meanwhile.
        origin.signal?.throwIfAborted();
        return this.#answer(request, origin, result);
      });
  }

  async #forward(request: CacheRequest, origin: Origin): Promise<Answer> {
    const response = await forward(request, origin, this.#options, (resources) => {
      this.#flights.close(resources);
    });
    return answerFromOrigin(response, `${this.#name}; fwd=method; fwd-status=${response.status}`, 'bypass');
  }

  #answer(request: CacheRequest, origin: Origin, stored: Found): MaybePromise<Answer> {
    const now = this.#now();
    const found = partsAside(request, stored, now);
    const { entry, body } = found;
    const isUnused = entry !== undefined && isUnfit(entry, origin);
    if (isUnused && !request.directives.onlyIfCached) {
      // No fallback either.
      const without = { ...found, entry: undefined };
      return this.#coalescing.alone({ request, origin, found: without, reason: 'bypass', result: 'bypass' });
    }
    const fit = isUnused ? undefined : entry;
    const decision = decide(request, fit, now);
    switch (decision.kind) {
      case 'fresh':
      case 'stale': {
        const served = present(fit);
        if (isDueEarly(request, served, this.#options.earlyRefresh, now)) {
          const leading = this.#refresher.unlessTroubled({
            request,
            origin,
            found,
            reason: 'stale',
            result: 'expired',
          });
          if (leading !== undefined) return leading;
        }
        return answerStored(request, served, body, now, this.#hit + ttl(served.freshUntil, now), 'hit');
      }
      case 'serve-stale-and-revalidate': {
        const journey: Forwarded = { request, origin, found, reason: 'stale', result: 'expired' };
        return (
          this.#refresher.unlessTroubled(journey) ??
          this.#stale(request, present(fit), body, now, 'stale-while-revalidate')
        );
      }
      case 'unavailable':
        return answerUnavailable(request, now, `${this.#name}; detail=only-if-cached`);
      case 'bypass':
        return this.#coalescing.alone({ request, origin, found, reason: decision.reason, result: 'bypass' });
      case 'miss': {
        const missed = found.marker === undefined ? 'uri-miss' : 'vary-miss';
        const reason = found.partial === undefined ? missed : 'partial';
        const journey: Forwarded = { request, origin, found, reason, result: 'miss' };
        return request.isShareable && !request.isConditional && !this.#outcomes.isUncacheable(request)
          ? this.#coalescing.together(journey)
          : this.#coalescing.alone(journey);
      }
      case 'revalidate': {
        const { reason } = decision;
        return this.#revalidate({ request, origin, found, reason, result: 'expired' }, present(fit), now);
      }
      default:
        return decision satisfies never;
    }
  }

  #revalidate(journey: Forwarded, entry: StoredEntry, now: number): MaybePromise<Answer> {
    const { request, found, reason } = journey;
    if (mayServeOnError(request, entry, now)) {
      const advice = this.#backOff.advise(request, this.#steadyNow());
      if (advice === 'probe') {
        this.#backOff.probing(request, this.#steadyNow());
        const leading = this.#refresher.refreshOrLead(journey);
        if (leading !== undefined) return leading;
      }
      if (advice !== 'ask') return this.#stale(request, entry, found.body, now, 'stale-if-error');
    }
    this.#counters.revalidations += 1;
    const canShare =
      reason === 'stale' && !entry.noCache && (!request.isConditional || conditions(entry) !== undefined);
    return canShare && request.isShareable
      ? this.#coalescing.together(journey)
      : this.#coalescing.alone(journey);
  }

  #stale(
    request: CacheRequest,
    entry: StoredEntry,
    body: Uint8Array,
    now: number,
    detail: 'stale-while-revalidate' | 'stale-if-error',
  ): Answer {
    const status = `${this.#hit}${ttl(entry.freshUntil, now)}; detail=${detail}`;
    return answerStored(request, entry, body, now, status, 'stale');
  }
}

/** For decisions that are only made about something stored. */
function present(entry: StoredEntry | undefined): StoredEntry {
  if (entry === undefined) throw new Error('nothing is stored to be served');
  return entry;
}

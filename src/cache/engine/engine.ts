// The way of a request through the cache.
import type { ResolvedCacheOptions } from '../options.ts';
import { decide, type ForwardReason, mayServeOnError } from '../policy/decide.ts';
import { conditions } from '../policy/freshen.ts';
import type { StoredEntry } from '../policy/record.ts';
import type { CacheRequest, RequestRules } from '../policy/request.ts';
import { variantDigest } from '../policy/key.ts';
import { varyFields } from '../policy/vary.ts';
import type { MaybePromise } from '../store/contract.ts';
import { type Answer, answerFromOrigin, answerStored, answerUnavailable, ttl } from './answer.ts';
import { Exchange, isTrouble, isUnfit } from './exchange.ts';
import type { Journey, Outcome } from './flight.ts';
import { type Departed, Flights, laneOf, leaveRunning } from './flights.ts';
import { type Found, foundNothing, look } from './lookup.ts';
import type { Origin } from './origin.ts';
import { ByteBudget } from './byte-budget.ts';
import { endingWith, settledWithin } from './wait.ts';
import { type Counted, CountedStore, storeErrors } from './counted-store.ts';
import { publishInvalidate } from './events.ts';
import { Ledger } from './ledger.ts';
import { type CacheCounters, type CacheStats, newCounters } from './statistics.ts';

interface Forwarded extends Journey {
  readonly reason: ForwardReason;
  /** How the request has been answered if the origin does it. */
  readonly result: 'expired' | 'miss' | 'bypass';
}

export class Engine {
  readonly #options: ResolvedCacheOptions;
  readonly #now: () => number;
  readonly #budget: ByteBudget;
  readonly #counters: CacheCounters = newCounters();
  readonly #ledger: Ledger;
  /** Numbers only: who keeps it does not keep what is cached. */
  readonly counted: Counted;
  /** How requests are read that come here. */
  readonly rules: RequestRules;
  readonly #exchange: Exchange;
  readonly #flights: Flights;
  readonly #name: string;
  readonly #hit: string;

  constructor(given: ResolvedCacheOptions) {
    const store = new CountedStore(given.store);
    const options = { ...given, store };
    this.#options = options;
    this.rules = options;
    this.counted = { counters: this.#counters, tallies: store.tallies };
    this.#ledger = new Ledger(options.name, this.#counters);
    this.#now = options.now;
    this.#budget = new ByteBudget(options.inFlightLimitBytes);
    this.#exchange = new Exchange(options, this.#budget, this.#counters);
    this.#flights = new Flights(
      (flight, land) => this.#exchange.fly(flight, land),
      options.now,
      options.revalidationDeadlineMs,
    );
    this.#name = options.name;
    this.#hit = `${options.name}; hit; ttl=`;
  }

  /** Answers a request: at once, without a promise, if it is a hit in a store that answers at once. */
  handle(request: CacheRequest, origin: Origin): MaybePromise<Answer> {
    const answer = this.#find(request, origin);
    if (answer instanceof Promise) return this.#ledger.follow(request, answer);
    this.#ledger.answered(request, answer);
    return answer;
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    // Any of them may be about to bring one of the tags.
    this.#flights.close();
    await this.#options.store.invalidateTags(tags);
    publishInvalidate(this.#name, [], tags);
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
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') return this.#forward(request, origin);
    let found: MaybePromise<Found>;
    try {
      found = look(this.#options.store, request);
    } catch {
      found = foundNothing(request);
    }
    if (!(found instanceof Promise)) return this.#answer(request, origin, found);
    return found.then(
      (result) => this.#answer(request, origin, result),
      () => this.#answer(request, origin, foundNothing(request)),
    );
  }

  async #forward(request: CacheRequest, origin: Origin): Promise<Answer> {
    const response = await this.#exchange.forward(request, origin, (resources) => {
      this.#flights.close(resources);
    });
    return answerFromOrigin(response, `${this.#name}; fwd=method; fwd-status=${response.status}`, 'bypass');
  }

  #answer(request: CacheRequest, origin: Origin, found: Found): MaybePromise<Answer> {
    const now = this.#now();
    const { entry, body } = found;
    if (entry !== undefined && isUnfit(entry, origin)) {
      return this.#alone({ request, origin, found, reason: 'bypass', result: 'bypass' });
    }
    const decision = decide(request, entry, now);
    switch (decision.kind) {
      case 'fresh':
      case 'stale': {
        const stored = present(entry);
        return answerStored(request, stored, body, now, this.#hit + ttl(stored.freshUntil, now), 'hit');
      }
      case 'serve-stale-and-revalidate': {
        if (this.#exchange.troubleWith(request, now) !== 'wait') this.#refresh(request, origin, found);
        const stored = present(entry);
        const status = `${this.#hit}${ttl(stored.freshUntil, now)}; detail=stale-while-revalidate`;
        return answerStored(request, stored, body, now, status, 'stale');
      }
      case 'unavailable':
        return answerUnavailable(request, now, `${this.#name}; detail=only-if-cached`);
      case 'bypass':
        return this.#alone({ request, origin, found, reason: decision.reason, result: 'bypass' });
      case 'miss': {
        const reason = found.marker === undefined ? 'uri-miss' : 'vary-miss';
        const journey: Forwarded = { request, origin, found, reason, result: 'miss' };
        return request.isShareable && !request.isConditional && !this.#exchange.isUncacheable(request, now)
          ? this.#together(journey)
          : this.#alone(journey);
      }
      case 'revalidate': {
        const { reason } = decision;
        return this.#revalidate({ request, origin, found, reason, result: 'expired' }, present(entry), now);
      }
      default:
        return decision satisfies never;
    }
  }

  #revalidate(journey: Forwarded, entry: StoredEntry, now: number): MaybePromise<Answer> {
    const { request, origin, found, reason } = journey;
    if (mayServeOnError(request, entry, now)) {
      const trouble = this.#exchange.troubleWith(request, now);
      if (trouble === 'probe') {
        this.#exchange.avoid(request);
        this.#refresh(request, origin, found);
      }
      if (trouble !== 'none') {
        const status = `${this.#hit}${ttl(entry.freshUntil, now)}; detail=stale-if-error`;
        return answerStored(request, entry, found.body, now, status, 'stale');
      }
    }
    this.#counters.revalidations += 1;
    const canShare =
      reason === 'stale' && !entry.noCache && (!request.isConditional || conditions(entry) !== undefined);
    return canShare && request.isShareable ? this.#together(journey) : this.#alone(journey);
  }

  /** Asks the origin about what has been served already: one at a time for a key. */
  #refresh(request: CacheRequest, origin: Origin, found: Found): void {
    if (!request.isShareable) return;
    const isSent = this.#flights.refresh({ request, origin, found }, laneOf(found, origin));
    if (isSent) this.#counters.revalidations += 1;
  }

  /** Shares one request to the origin with whoever wants the same. */
  async #together(journey: Forwarded): Promise<Answer> {
    const { request, origin, found } = journey;
    let lane = laneOf(found, origin);
    for (;;) {
      const departed = this.#flights.get(lane);
      if (departed === undefined) return this.#lead(journey, this.#flights.depart(journey, lane));
      this.#counters.coalesced += 1;
      const { flight } = departed;
      const outcome = await this.#wait(journey, departed);
      if (outcome.kind === 'answer') return outcome.answer;
      if (outcome.kind === 'single') {
        flight.leave();
        return this.#alone(journey);
      }
      const names = varyFields(outcome.entry.fields);
      const variant = variantDigest(names, request.fields);
      if (variant === variantDigest(names, flight.request.fields)) {
        const { kind } = decide(request, outcome.entry, this.#now());
        const isForAll = kind === 'fresh' || kind === 'serve-stale-and-revalidate';
        const answer = isForAll ? this.#share(journey, departed, outcome, '; collapsed') : undefined;
        if (answer !== undefined) return answer;
        flight.leave();
        return this.#alone(journey);
      }
      flight.leave();
      // Now it is known what tells the variants apart.
      lane = `${lane} ${variant}`;
    }
  }

  /** A request to the origin that nobody shares. What comes may be stored all the same. */
  #alone(journey: Forwarded): Promise<Answer> {
    return this.#lead(journey, this.#flights.departAlone(journey));
  }

  async #lead(journey: Forwarded, departed: Departed): Promise<Answer> {
    const { request, found, origin, reason, result } = journey;
    const outcome = await this.#wait(journey, departed);
    if (outcome.kind === 'answer') return outcome.answer;
    if (outcome.kind === 'single') {
      const { response } = outcome;
      const status = `; fwd=${reason}; fwd-status=${response.status}`;
      if (isTrouble(response.status) && this.#hasFallback(request, found)) {
        void response.body?.cancel().catch(ignore);
        departed.flight.leave();
        return this.#fallBack(journey, `${status}; detail=stale-if-error`);
      }
      // A request that was sent for this user alone ends with the user's signal anyway.
      const body = endingWith(departed.flight.isShared ? origin.signal : undefined, response.body);
      return answerFromOrigin({ ...response, body }, this.#name + status, result);
    }
    const answer = this.#share(journey, departed, outcome, '');
    if (answer === undefined) throw new Error('the body began to flow before its first reader came');
    return answer;
  }

  /** Until there is an outcome, or an answer for this request in particular, which doesn't wait any longer. */
  async #wait(
    journey: Forwarded,
    departed: Departed,
  ): Promise<Outcome | { readonly kind: 'answer'; readonly answer: Answer }> {
    const { request, found, reason } = journey;
    const { signal } = journey.origin;
    const { flight } = departed;
    const deadlineMs = this.#hasFallback(request, found) ? this.#options.revalidationDeadlineMs : undefined;
    flight.join();
    try {
      const outcome = await settledWithin(departed.outcome, deadlineMs, signal);
      if (outcome !== 'late') return outcome;
      this.#exchange.avoid(request);
      if (request.isShareable) leaveRunning(departed);
      else flight.leave();
      return { kind: 'answer', answer: this.#fallBack(journey, `; fwd=${reason}; detail=deadline`) };
    } catch (error) {
      flight.leave();
      if (signal?.aborted === true) throw error;
      const status = `; fwd=${reason}; detail=unreachable`;
      if (this.#hasFallback(request, found))
        return { kind: 'answer', answer: this.#fallBack(journey, status) };
      if (this.#options.unreachable === 'throw') throw error;
      return { kind: 'answer', answer: answerUnavailable(request, this.#now(), this.#name + status) };
    }
  }

  #hasFallback(request: CacheRequest, { entry }: Found): boolean {
    return entry !== undefined && mayServeOnError(request, entry, this.#now());
  }

  #fallBack({ request, found }: Journey, status: string): Answer {
    return answerStored(request, present(found.entry), found.body, this.#now(), this.#name + status, 'stale');
  }

  /** What the flight brought, for one who waited; undefined if its body can't be had from the beginning any more. */
  #share(
    { request, origin, reason, result }: Forwarded,
    departed: Departed,
    outcome: Exclude<Outcome, { kind: 'single' }>,
    how: '' | '; collapsed',
  ): Answer | undefined {
    const { flight } = departed;
    const { entry } = outcome;
    const now = this.#now();
    const forwarded = `${this.#name}; fwd=${reason}${how}`;
    if (outcome.kind === 'validated') {
      flight.leave();
      return answerStored(request, entry, outcome.body, now, `${forwarded}; fwd-status=304`, 'revalidated');
    }
    if (!outcome.body.canBeJoined) return undefined;
    const status = `${forwarded}; fwd-status=${entry.status}${outcome.isStored ? '; stored' : ''}`;
    const open = (): ReadableStream<Uint8Array> => outcome.body.open(origin.signal);
    const answer = answerStored(request, entry, open, now, status, result);
    // The client has it already; the cache has not.
    if (answer.body === null) leaveRunning(departed);
    return answer;
  }
}

function present(entry: StoredEntry | undefined): StoredEntry {
  if (entry === undefined) throw new Error('nothing is stored to be served');
  return entry;
}

function ignore(): void {}

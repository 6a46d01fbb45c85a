// The way of a request through the cache.
import type { ResolvedCacheOptions } from '../options.ts';
import { decide, type ForwardReason, mayServeOnError } from '../policy/decide.ts';
import { conditions } from '../policy/freshen.ts';
import type { StoredEntry } from '../policy/record.ts';
import type { CacheRequest } from '../policy/request.ts';
import { varyFields, varyValues } from '../policy/vary.ts';
import type { MaybePromise } from '../store/contract.ts';
import { type Answer, answerFromOrigin, answerStored, answerUnavailable } from './answer.ts';
import { Exchange, isJoinable, isTrouble, isUnfit } from './exchange.ts';
import { Flight, type Outcome } from './flight.ts';
import { type Found, foundNothing, look } from './lookup.ts';
import type { Origin } from './origin.ts';
import { ByteBudget } from './byte-budget.ts';
import { followAbort, settledWithin } from './wait.ts';
import { type CacheCounters, type CacheStats, newCounters } from './statistics.ts';

/** An origin that takes ten times as long as anybody waits for it is slow; one that takes longer has lost the request. */
const DEADLINES_OF_PATIENCE = 10;

/** A request of a user, on its way through. */
interface Journey {
  readonly request: CacheRequest;
  readonly origin: Origin;
  readonly signal: AbortSignal | undefined;
  readonly found: Found;
}

interface Departed {
  readonly flight: Flight;
  readonly outcome: Promise<Outcome>;
}

export class Engine {
  readonly #options: ResolvedCacheOptions;
  readonly #now: () => number;
  readonly #budget: ByteBudget;
  readonly #counters: CacheCounters = newCounters();
  readonly #exchange: Exchange;
  /** Those that others can share, by what they are for. */
  readonly #flights = new Map<string, Departed>();
  /** How long a request that hangs keeps others from being tried, when nobody waits for it any more. */
  readonly #patienceMs: number;
  readonly #name: string;
  readonly #hit: string;

  constructor(options: ResolvedCacheOptions) {
    this.#options = options;
    this.#now = options.now;
    this.#budget = new ByteBudget(options.inFlightLimitBytes);
    this.#exchange = new Exchange(options, this.#budget, this.#counters);
    this.#patienceMs = DEADLINES_OF_PATIENCE * options.revalidationDeadlineMs;
    this.#name = options.name;
    this.#hit = `${options.name}; hit; ttl=`;
  }

  /** Answers a request: at once, without a promise, if it is a hit in a store that answers at once. */
  handle(request: CacheRequest, origin: Origin, signal: AbortSignal | undefined): MaybePromise<Answer> {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') return this.#forward(request, origin, signal);
    let found: MaybePromise<Found>;
    try {
      found = look(this.#options.store, request);
    } catch {
      found = this.#blind(request);
    }
    if (!(found instanceof Promise)) return this.#answer(request, origin, signal, found);
    return found
      .catch(() => this.#blind(request))
      .then((result) => this.#answer(request, origin, signal, result));
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    // Any of them may be about to bring one of the tags.
    for (const { flight } of this.#flights.values()) flight.isClosed = true;
    await this.#options.store.invalidateTags(tags);
  }

  stats(): CacheStats {
    const { used } = this.#budget;
    return { ...this.#counters, requestsInFlight: this.#flights.size, bytesInFlight: used };
  }

  #blind(request: CacheRequest): Found {
    this.#counters.storeErrors += 1;
    return foundNothing(request);
  }

  async #forward(request: CacheRequest, origin: Origin, signal: AbortSignal | undefined): Promise<Answer> {
    this.#counters.bypasses += 1;
    const response = await this.#exchange.forward(request, origin, signal, (urls) => {
      for (const { flight } of this.#flights.values()) {
        if (urls.includes(flight.request.url)) flight.isClosed = true;
      }
    });
    return answerFromOrigin(response, `${this.#name}; fwd=method; fwd-status=${response.status}`);
  }

  #answer(
    request: CacheRequest,
    origin: Origin,
    signal: AbortSignal | undefined,
    found: Found,
  ): MaybePromise<Answer> {
    const now = this.#now();
    const { entry, body } = found;
    if (entry !== undefined && isUnfit(entry, origin)) {
      this.#counters.bypasses += 1;
      return this.#alone({ request, origin, signal, found }, 'bypass');
    }
    const decision = decide(request, entry, now);
    switch (decision.kind) {
      case 'fresh':
      case 'stale': {
        this.#counters.hits += 1;
        const stored = present(entry);
        return answerStored(request, stored, body, now, this.#hit + ttl(stored.freshUntil, now));
      }
      case 'serve-stale-and-revalidate': {
        this.#counters.stale += 1;
        if (this.#exchange.troubleWith(request.url, now) !== 'wait') this.#refresh(request, origin, found);
        const stored = present(entry);
        const status = `${this.#hit}${ttl(stored.freshUntil, now)}; detail=stale-while-revalidate`;
        return answerStored(request, stored, body, now, status);
      }
      case 'unavailable':
        return answerUnavailable(request, now, `${this.#name}; detail=only-if-cached`);
      case 'bypass':
        this.#counters.bypasses += 1;
        return this.#alone({ request, origin, signal, found }, decision.reason);
      case 'miss': {
        this.#counters.misses += 1;
        const reason = found.marker === undefined ? 'uri-miss' : 'vary-miss';
        const journey = { request, origin, signal, found };
        return isJoinable(request) &&
          !request.isConditional &&
          !this.#exchange.isUncacheable(request.url, now)
          ? this.#together(journey, reason)
          : this.#alone(journey, reason);
      }
      case 'revalidate': {
        const journey = { request, origin, signal, found };
        return this.#revalidate(journey, present(entry), decision.reason, now);
      }
      default:
        return decision satisfies never;
    }
  }

  #revalidate(
    journey: Journey,
    entry: StoredEntry,
    reason: ForwardReason,
    now: number,
  ): MaybePromise<Answer> {
    const { request, origin, found } = journey;
    if (mayServeOnError(request, entry, now)) {
      const trouble = this.#exchange.troubleWith(request.url, now);
      if (trouble === 'probe') {
        this.#exchange.avoid(request.url);
        this.#refresh(request, origin, found);
      }
      if (trouble !== 'none') {
        this.#counters.stale += 1;
        const status = `${this.#hit}${ttl(entry.freshUntil, now)}; detail=stale-if-error`;
        return answerStored(request, entry, found.body, now, status);
      }
    }
    this.#counters.revalidations += 1;
    const canShare =
      reason === 'stale' && !entry.noCache && (!request.isConditional || conditions(entry) !== undefined);
    return canShare && isJoinable(request) ? this.#together(journey, reason) : this.#alone(journey, reason);
  }

  /** Asks the origin about what has been served already: one at a time for a key. */
  #refresh(request: CacheRequest, origin: Origin, found: Found): void {
    const lane = laneOf(request, found, origin);
    if (!isJoinable(request)) return;
    const before = this.#flights.get(lane)?.flight;
    if (before !== undefined) {
      const isLost =
        !before.isAttended && !before.hasAnswer && this.#now() - before.departedAt > this.#patienceMs;
      if (!isLost) return;
      before.abort(new Error('the origin did not answer'));
    }
    this.#counters.revalidations += 1;
    const departed = this.#depart({ request, origin, found, signal: undefined }, lane);
    departed.flight.join();
    this.#leaveRunning(departed);
  }

  /** Shares one request to the origin with whoever wants the same. */
  async #together(journey: Journey, reason: ForwardReason): Promise<Answer> {
    const { request, origin, found } = journey;
    let lane = laneOf(request, found, origin);
    for (;;) {
      const departed = this.#flights.get(lane);
      if (departed === undefined || departed.flight.isClosed) {
        return this.#lead(journey, reason, this.#depart(journey, lane));
      }
      this.#counters.coalesced += 1;
      const { flight } = departed;
      const outcome = await this.#wait(journey, reason, departed);
      if (outcome.kind === 'answer') return outcome.answer;
      if (outcome.kind === 'single') {
        flight.leave();
        return this.#alone(journey, reason);
      }
      const names = varyFields(outcome.entry.fields);
      const values = varyValues(names, request.fields);
      if (values === varyValues(names, flight.request.fields)) {
        const { kind } = decide(request, outcome.entry, this.#now());
        const isForAll = kind === 'fresh' || kind === 'serve-stale-and-revalidate';
        const answer = isForAll ? this.#share(journey, departed, outcome, `${reason}; collapsed`) : undefined;
        if (answer !== undefined) return answer;
        flight.leave();
        return this.#alone(journey, reason);
      }
      flight.leave();
      // Now it is known what tells the variants apart.
      lane = `${lane}\n${values}`;
    }
  }

  /** A request to the origin that nobody shares. What comes may be stored all the same. */
  #alone(journey: Journey, reason: ForwardReason): Promise<Answer> {
    return this.#lead(journey, reason, this.#depart(journey, undefined));
  }

  async #lead(journey: Journey, reason: ForwardReason, departed: Departed): Promise<Answer> {
    const { request, found, signal } = journey;
    const outcome = await this.#wait(journey, reason, departed);
    if (outcome.kind === 'answer') return outcome.answer;
    if (outcome.kind === 'single') {
      const { response } = outcome;
      const status = `; fwd=${reason}; fwd-status=${response.status}`;
      if (isTrouble(response.status) && this.#hasFallback(request, found)) {
        void response.body?.cancel().catch(ignore);
        departed.flight.leave();
        return this.#fallBack(journey, `${status}; detail=stale-if-error`);
      }
      if (response.body !== null && signal !== undefined) followAbort(signal, departed.flight);
      return answerFromOrigin(response, this.#name + status);
    }
    const answer = this.#share(journey, departed, outcome, reason);
    if (answer === undefined) throw new Error('the body began to flow before its first reader came');
    return answer;
  }

  /** Until there is an outcome, or an answer for this request in particular, which doesn't wait any longer. */
  async #wait(
    journey: Journey,
    reason: ForwardReason,
    departed: Departed,
  ): Promise<Outcome | { readonly kind: 'answer'; readonly answer: Answer }> {
    const { request, found, signal } = journey;
    const { flight } = departed;
    const deadlineMs = this.#hasFallback(request, found) ? this.#options.revalidationDeadlineMs : undefined;
    flight.join();
    try {
      const outcome = await settledWithin(departed.outcome, deadlineMs, signal);
      if (outcome !== 'late') return outcome;
      this.#exchange.avoid(request.url);
      if (isJoinable(request)) this.#leaveRunning(departed);
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
    this.#counters.stale += 1;
    return answerStored(request, present(found.entry), found.body, this.#now(), this.#name + status);
  }

  /** What the flight brought, for one who waited; undefined if its body can't be had from the beginning any more. */
  #share(
    { request, signal }: Journey,
    departed: Departed,
    outcome: Exclude<Outcome, { kind: 'single' }>,
    reason: string,
  ): Answer | undefined {
    const { flight } = departed;
    const { entry } = outcome;
    const now = this.#now();
    if (outcome.kind === 'validated') {
      flight.leave();
      const status = `${this.#name}; fwd=${reason}; fwd-status=304`;
      return answerStored(request, entry, outcome.body, now, status);
    }
    if (!outcome.body.canBeJoined) return undefined;
    const status = `${this.#name}; fwd=${reason}; fwd-status=${entry.status}${outcome.isStored ? '; stored' : ''}`;
    const answer = answerStored(request, entry, () => outcome.body.open(signal), now, status);
    // The client has it already; the cache has not.
    if (answer.body === null) this.#leaveRunning(departed);
    return answer;
  }

  /** Leaves a flight that is to go on for the cache's sake. */
  #leaveRunning({ flight, outcome }: Departed): void {
    outcome.then((late) => {
      if (late.kind === 'single' && !flight.isAttended) void late.response.body?.cancel().catch(ignore);
    }, ignore);
    flight.leaveRunning();
  }

  #depart({ request, origin, signal, found }: Journey, lane: string | undefined): Departed {
    const flight = new Flight(request, origin, found, lane === undefined ? signal : undefined, this.#now());
    const land = (): void => {
      flight.end();
      if (lane !== undefined && this.#flights.get(lane) === departed) this.#flights.delete(lane);
    };
    const departed: Departed = { flight, outcome: this.#exchange.fly(flight, land) };
    if (lane !== undefined) this.#flights.set(lane, departed);
    departed.outcome.then(() => {
      flight.hasAnswer = true;
    }, land);
    return departed;
  }
}

/** What requests must have in common to share an answer, as far as that is known. */
function laneOf(request: CacheRequest, { marker }: Found, origin: Origin): string {
  const lane = `${origin.lane} ${request.url}`;
  return marker === undefined ? lane : `${lane}\n${varyValues(marker.fields, request.fields)}`;
}

/** Seconds for which it is fresh; of something stale, since when it is not. */
function ttl(freshUntil: number, now: number): number {
  return Math.ceil((freshUntil - now) / 1000);
}

/** For decisions that are only made about something stored. */
function present(entry: StoredEntry | undefined): StoredEntry {
  if (entry === undefined) throw new Error('nothing is stored to be served');
  return entry;
}

function ignore(): void {}

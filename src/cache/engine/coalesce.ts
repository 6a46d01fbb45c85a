// Requests that go on to the origin: who sends one, who waits for whose, how long, and what each is answered.
import { RespiteError } from '../../core/errors.ts';
import type { ResolvedCacheOptions } from '../options.ts';
import { decide, type ForwardReason, mayServeOnError } from '../policy/decide.ts';
import { variantDigest } from '../policy/key.ts';
import type { CacheRequest } from '../policy/request.ts';
import { varyFields } from '../../http/vary.ts';
import { type Answer, answerEmpty, answerFromOrigin, answerStored, answerUnavailable } from './answer.ts';
import { type BackOff, isTrouble, type Refusal } from './back-off.ts';
import type { Journey, Outcome } from './flight.ts';
import { type Departed, type Flights, laneOf, leaveRunning, refreshLane } from './flights.ts';
import type { Found } from './lookup.ts';
import type { CacheCounters } from './statistics.ts';
import { endingWith, settledWithin } from './wait.ts';

export interface Forwarded extends Journey {
  readonly reason: ForwardReason;
  /** How the request has been answered if the origin does it. */
  readonly result: 'expired' | 'miss' | 'bypass';
}

type Answered = { readonly kind: 'answer'; readonly answer: Answer };

/** What coalescing needs of the engine. */
interface Parts {
  readonly options: ResolvedCacheOptions;
  readonly flights: Flights;
  readonly backOff: BackOff;
  readonly counters: CacheCounters;
  readonly steadyNow: () => number;
}

export class Coalescing {
  readonly #parts: Parts;
  readonly #name: string;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#name = parts.options.name;
  }

  /** Shares one request to the origin with all callers that want the same. */
  async together(journey: Forwarded): Promise<Answer> {
    const { request, origin, found } = journey;
    const { flights, counters, options } = this.#parts;
    let lane = laneOf(found, origin);
    for (;;) {
      const departed = flights.get(lane);
      if (departed === undefined)
        return this.#refused(journey) ?? this.#lead(journey, flights.depart(journey, lane));
      counters.coalesced += 1;
      const { flight } = departed;
      const outcome = await this.#wait(journey, departed, 'other');
      if (outcome === 'late') {
        flight.leave();
        continue;
      }
      if (outcome.kind === 'answer') return outcome.answer;
      if (outcome.kind === 'single') {
        flight.leave();
        if (flight.request.isPlain && isTrouble(outcome.response.status))
          return this.#shareTrouble(journey, outcome);
        return this.alone(journey);
      }
      const names = varyFields(outcome.entry.fields);
      const variant = variantDigest(names, request.fields);
      if (variant === variantDigest(names, flight.request.fields)) {
        const { kind } = decide(request, outcome.entry, options.now());
        const isForAll = kind === 'fresh' || kind === 'serve-stale-and-revalidate';
        const answer = isForAll ? this.#share(journey, departed, outcome, '; collapsed') : undefined;
        if (answer !== undefined) return answer;
        flight.leave();
        return this.alone(journey);
      }
      flight.leave();
      // Now it is known what tells the variants apart.
      lane = `${lane} ${variant}`;
    }
  }

  /** A request to the origin that no caller shares. What comes may be stored all the same. */
  async alone(journey: Forwarded): Promise<Answer> {
    return this.#refused(journey) ?? this.#lead(journey, this.#parts.flights.departAlone(journey));
  }

  /** A request by which something stored is refreshed that others get meanwhile; undefined if another does that already. */
  refreshing(journey: Forwarded): Promise<Answer> | undefined {
    const { flights } = this.#parts;
    const lane = refreshLane(journey);
    return flights.isUnderWay(lane) ? undefined : this.#lead(journey, flights.depart(journey, lane));
  }

  async #lead(journey: Forwarded, departed: Departed): Promise<Answer> {
    const { request, found, origin, reason, result } = journey;
    const outcome = await this.#wait(journey, departed, 'own');
    if (outcome === 'late') throw new Error('a request of its own is waited for without a bound');
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

  /**
   * Until there is an outcome, or an answer for this request in particular, which doesn't wait any longer; `late` if it has waited
   * for another's for as long as one may.
   */
  async #wait(
    journey: Forwarded,
    departed: Departed,
    whose: 'own' | 'other',
  ): Promise<Outcome | Answered | 'late'> {
    const { request, found, reason } = journey;
    const { signal } = journey.origin;
    const { flight } = departed;
    const { backOff, flights, options, steadyNow } = this.#parts;
    const hasFallback = this.#hasFallback(request, found);
    flight.join();
    try {
      const isBound = whose === 'other' || !journey.origin.isLocal;
      const patienceMs = hasFallback ? options.revalidationDeadlineMs : flights.patienceMs;
      const limitMs = isBound ? patienceMs : undefined;
      let outcome = await settledWithin(departed.outcome, limitMs, signal);
      if (outcome === 'late') {
        backOff.late(request, flight.departedAt, steadyNow());
        if (hasFallback) {
          // What comes late can be stored, unless it is a part or no body at all.
          if (request.method === 'GET' && request.range === undefined) leaveRunning(departed);
          else flight.leave();
          return { kind: 'answer', answer: this.#fallBack(journey, `; fwd=${reason}; detail=deadline`) };
        }
        if (whose === 'own') outcome = await settledWithin(departed.outcome, undefined, signal);
      }
      return outcome;
    } catch (error) {
      flight.leave();
      if (signal?.aborted === true) throw error;
      const status = `; fwd=${reason}; detail=unreachable`;
      if (this.#hasFallback(request, found))
        return { kind: 'answer', answer: this.#fallBack(journey, status) };
      if (options.unreachable === 'throw') throw error;
      return { kind: 'answer', answer: answerUnavailable(request, options.now(), this.#name + status) };
    }
  }

  /** While its origin is known to be down a request fails at once, unless it is the one that probes. */
  #refused(journey: Forwarded): Answer | undefined {
    const { request, origin, found, result } = journey;
    const { backOff, options, steadyNow } = this.#parts;
    if (result === 'bypass' || origin.isLocal || this.#hasFallback(request, found)) return undefined;
    const refusal = backOff.refuse(request, steadyNow());
    return refusal === undefined ? undefined : this.#refuse(request, refusal, options.now());
  }

  #refuse(request: CacheRequest, { status, retryMs }: Refusal, now: number): Answer {
    const how = `${this.#name}; detail=origin-down`;
    if (status !== undefined) {
      const fields = { 'retry-after': String(Math.ceil(retryMs / 1000)) };
      return answerEmpty(request, status, '', fields, now, how, 'unavailable');
    }
    if (this.#parts.options.unreachable === 'gateway-timeout') return answerUnavailable(request, now, how);
    throw new RespiteError(
      'RESPITE_CACHE_ORIGIN_DOWN',
      `${new URL(request.url).origin} does not answer; not asked again for ${Math.ceil(retryMs)} ms`,
    );
  }

  #hasFallback(request: CacheRequest, { entry }: Found): boolean {
    return entry !== undefined && mayServeOnError(request, entry, this.#parts.options.now());
  }

  #fallBack({ request, found }: Journey, status: string): Answer {
    const { entry, body } = found;
    if (entry === undefined) throw new Error('nothing is stored to be served');
    return answerStored(request, entry, body, this.#parts.options.now(), this.#name + status, 'stale');
  }

  /**
   * For those who waited for an answer that shows trouble: the status and when to come again, so that they don't all come now. Not
   * its body or its other fields, which can be about the one who asked.
   */
  #shareTrouble(journey: Forwarded, { response }: Extract<Outcome, { kind: 'single' }>): Answer {
    const { request, found, reason, result } = journey;
    const { status, statusText, fields } = response;
    const how = `; fwd=${reason}; collapsed; fwd-status=${status}`;
    if (this.#hasFallback(request, found)) return this.#fallBack(journey, `${how}; detail=stale-if-error`);
    const retryAfter = fields['retry-after'];
    const shared = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    const now = this.#parts.options.now();
    return answerEmpty(request, status, statusText, shared, now, this.#name + how, result);
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
    const now = this.#parts.options.now();
    const forwarded = `${this.#name}; fwd=${reason}${how}`;
    if (outcome.kind === 'validated') {
      flight.leave();
      const status = `${forwarded}; fwd-status=304`;
      const answer = answerStored(request, entry, outcome.body, now, status, 'revalidated');
      const isOwn = how === '' && outcome.setCookies.length > 0;
      return isOwn ? { ...answer, setCookies: outcome.setCookies } : answer;
    }
    if (!outcome.body.canBeJoined) return undefined;
    const status = `${forwarded}; fwd-status=${outcome.answeredBy}${outcome.isStored ? '; stored' : ''}`;
    const open = (): ReadableStream<Uint8Array> => outcome.body.open(origin.signal);
    const answer = answerStored(request, entry, open, now, status, result);
    // The client has it already; the cache has not.
    if (answer.body === null) leaveRunning(departed);
    return answer;
  }
}

function ignore(): void {}

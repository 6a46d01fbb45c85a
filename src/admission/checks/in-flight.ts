import type { RequestInFlight } from '../in-flight/request.ts';
import type { RequestsInFlight } from '../in-flight/requests.ts';
import { AdaptiveLimit, fixedLimit, type Limit, strike } from '../limit/index.ts';
import type { ResolvedAdmissionOptions } from '../options.ts';
import type { ShedReason } from '../stats.ts';
import type { Check } from './check.ts';

/** From this share of the limit on, requests that don't wait in the queue step aside: below all default thresholds. */
const NEARLY_FULL = 0.7;

/** How long a client may take to send its request before the adaptive limit stops counting it, in ms: bodies mostly come at once. */
const RECEIVE_MS = 10;

/** Bounds the requests in flight: each takes its cost in units of the limit. */
export class InFlightCheck implements Check {
  readonly reason = 'in-flight';
  readonly #limit: Limit;
  readonly #isAdaptive: boolean;
  readonly #requests: RequestsInFlight;
  readonly #units = new Units();
  /** Requests in the queue whose body had not arrived when they were let in. */
  readonly #receiving = new Set<RequestInFlight>();
  /** Requests that are not counted while their clients send them. */
  readonly #slow = new Set<RequestInFlight>();

  constructor(
    { limit, adaptiveLimit }: Pick<ResolvedAdmissionOptions, 'limit' | 'adaptiveLimit'>,
    requests: RequestsInFlight,
    nowMs: number,
  ) {
    this.#requests = requests;
    this.#isAdaptive = limit === 'adaptive';
    this.#limit =
      limit === 'adaptive'
        ? new AdaptiveLimit(adaptiveLimit, nowMs, requests.queue)
        : fixedLimit(limit, requests.queue);
  }

  get limit(): number {
    return this.#limit.value;
  }

  /** Units that requests in flight hold. */
  get units(): number {
    return this.#units.taken;
  }

  admits({ units, requestClass: { threshold } }: RequestInFlight, nowMs: number): boolean {
    if (units === 0 || this.#units.haveRoomFor(units, this.#limit.value * threshold)) return true;
    this.#setSlowAside(nowMs);
    if (this.#units.haveRoomFor(units, this.#limit.value * threshold)) return true;
    this.#limit.sweep(nowMs, true);
    return this.#units.haveRoomFor(units, this.#limit.burst(nowMs) * threshold);
  }

  admitted(request: RequestInFlight): void {
    const { units, isDecided } = request;
    if (units > 0) this.#units.take(units);
    if (isDecided) {
      // Decided again: it keeps its place, except when its class is not counted.
      if (units === 0 && request.place === 'queue') this.#takeOutOfQueue(request);
    } else if (units === 0) {
      this.#requests.addBeside(request);
    } else {
      request.place = 'queue';
      this.#limit.admitted(this.#units.taken, request);
    }
    if (this.#isAdaptive && request.bodyBytes !== 0 && request.place === 'queue')
      this.#receiving.add(request);
  }

  shed(reason: ShedReason, nowMs: number): void {
    if (reason === 'in-flight') this.#limit.shed(nowMs);
  }

  released(request: RequestInFlight): void {
    if (request.bodyBytes !== 0) {
      this.#receiving.delete(request);
      this.#slow.delete(request);
    }
    this.#units.giveBack(request.units);
  }

  /** What becomes of a request that is shed after it was let in says nothing about the server. */
  shedAfterAll(request: RequestInFlight): void {
    request.units = 0;
    if (request.place === 'queue') this.#takeOutOfQueue(request);
  }

  /** The request is not counted any more, although it goes on. */
  leftQueue(request: RequestInFlight): void {
    this.#receiving.delete(request);
    this.#units.giveBack(request.units);
    request.units = 0;
    this.#requests.addBeside(request);
  }

  /** A request has ended. Its place is the one that it had. */
  ended({ place, outcome }: RequestInFlight, tookMs: number, nowMs: number): void {
    this.#limit.ended(place, outcome, tookMs, nowMs);
  }

  /** To be called now and then. */
  sweep(nowMs: number): void {
    if (this.#receiving.size > 0 || this.#slow.size > 0) this.#setSlowAside(nowMs);
    this.#limit.sweep(nowMs, this.#units.taken > NEARLY_FULL * this.#limit.value);
  }

  #takeOutOfQueue(request: RequestInFlight): void {
    strike(request);
    request.place = 'none';
    this.#requests.addBeside(request);
  }

  /**
   * Requests whose clients have not sent them hold nothing of the server, so they must not take the place of others. Those
   * that arrive in the end are counted, but no evidence: how long they took says more about their clients.
   */
  #setSlowAside(nowMs: number): void {
    for (const request of this.#slow) {
      if (!request.isReceived) continue;
      this.#slow.delete(request);
      request.units = request.heldBackUnits;
      this.#units.take(request.units);
    }
    for (const request of this.#receiving) {
      if (!request.isReceived && nowMs - request.arrivedMs < RECEIVE_MS) continue;
      this.#receiving.delete(request);
      if (request.isReceived) continue;
      request.heldBackUnits = request.units;
      strike(request);
      request.moveTo('none');
      this.#slow.add(request);
    }
  }
}

/** Units of the limit that requests in flight take. 0, for the exempt, is not counted. */
class Units {
  #taken = 0;
  #requests = 0;

  get taken(): number {
    return this.#taken;
  }

  /**
   * The last unit may reach over the share of the limit, but not by a whole one. A request that costs more than there is
   * runs when no other is in flight.
   *
   * @param limit The part of the limit that the request's class may use.
   */
  haveRoomFor(units: number, limit: number): boolean {
    return this.#taken + units <= Math.ceil(limit) || (this.#requests === 0 && limit > 0);
  }

  take(units: number): void {
    if (units === 0) return;
    this.#taken += units;
    this.#requests += 1;
  }

  giveBack(units: number): void {
    if (units === 0) return;
    this.#requests -= 1;
    // Fractions don't add up to exactly 0 again.
    this.#taken = this.#requests === 0 ? 0 : this.#taken - units;
  }
}

import { BodyBudget } from './body-budget.ts';
import {
  AdaptiveLimit,
  type Counted,
  fixedLimit,
  type Limit,
  type Outcome,
  type Place,
} from './limit/index.ts';
import type { ResolvedAdmissionOptions } from './options.ts';

/** From this share of the limit on, requests that don't wait in line step aside: below all default thresholds. */
const NEARLY_FULL = 0.7;

/** What the server has to give to requests in flight, and what they hold of it: units of the limit, bytes of bodies. */
export class Capacity {
  readonly #limit: Limit;
  readonly #inFlight = new InFlight();
  readonly #bodies: BodyBudget;

  constructor({ limit, adaptiveLimit, bodyBudgetBytes }: ResolvedAdmissionOptions, nowMs: number) {
    this.#limit = limit === 'adaptive' ? new AdaptiveLimit(adaptiveLimit, nowMs) : fixedLimit(limit);
    this.#bodies = new BodyBudget(bodyBudgetBytes);
  }

  get limit(): number {
    return this.#limit.value;
  }

  get units(): number {
    return this.#inFlight.units;
  }

  get bytes(): number {
    return this.#bodies.bytes;
  }

  get limitBytes(): number {
    return this.#bodies.limitBytes;
  }

  /** Whether so many more units may be in flight. @param share The part of the limit that the request's class may use. */
  hasRoomFor(units: number, share: number, nowMs: number): boolean {
    if (this.#inFlight.hasRoomFor(units, this.#limit.value * share)) return true;
    this.#limit.sweep(nowMs, true);
    return this.#inFlight.hasRoomFor(units, this.#limit.burst(nowMs) * share);
  }

  /** The same for a body, by {@link BodyBudget.hasRoomFor}. */
  hasRoomForBody(bytes: number, share: number): boolean {
    return this.#bodies.hasRoomFor(bytes, share);
  }

  take(units: number): void {
    this.#inFlight.take(units);
  }

  /** A request that was refused would have been one more in flight. */
  refused(nowMs: number): void {
    this.#limit.shed(nowMs);
  }

  /** The request that took units last is this one. */
  admitted(request: Counted): void {
    this.#limit.admitted(this.#inFlight.units, request);
  }

  /** See {@link BodyBudget.take}. */
  takeBytes(bytes: number, heldByRequest: number): boolean {
    return this.#bodies.take(bytes, heldByRequest);
  }

  giveBack(units: number, bytes: number): void {
    this.#inFlight.giveBack(units);
    this.#bodies.giveBack(bytes);
  }

  /** A request is over, having stood in this place. */
  ended(place: Place, outcome: Outcome | undefined, tookMs: number, nowMs: number): void {
    this.#limit.ended(place, outcome, tookMs, nowMs);
  }

  /** For now and then. */
  sweep(nowMs: number): void {
    this.#limit.sweep(nowMs, this.#inFlight.units > NEARLY_FULL * this.#limit.value);
  }
}

/** Units of the limit that requests in flight take. A request takes its cost; 0, for the exempt, is not counted. */
class InFlight {
  #units = 0;
  #requests = 0;

  get units(): number {
    return this.#units;
  }

  /**
   * The last unit may reach over the share of the limit, but not by a whole one. A request that costs more than there is
   * runs when no other is in flight.
   *
   * @param limit The part of the limit that the request's class may use.
   */
  hasRoomFor(units: number, limit: number): boolean {
    return this.#units + units <= Math.ceil(limit) || (this.#requests === 0 && limit > 0);
  }

  take(units: number): void {
    if (units === 0) return;
    this.#units += units;
    this.#requests += 1;
  }

  giveBack(units: number): void {
    if (units === 0) return;
    this.#requests -= 1;
    // Fractions don't add up to exactly 0 again.
    this.#units = this.#requests === 0 ? 0 : this.#units - units;
  }
}

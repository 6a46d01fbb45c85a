import type { Costs } from '../cost/costs.ts';
import { BACKGROUND, MAX_KEYS } from '../cost/keys.ts';
import type { RequestInFlight } from '../in-flight/request.ts';
import { CRITICALITIES } from '../policy.ts';
import type { Check } from './check.ts';

/** Classes from this one on have to share what the better ones leave of the processor. */
const FROM_RANK: number = CRITICALITIES.indexOf('sheddable-plus');

/** Requests that cost less than those in flight have more room, up to this multiple: they are over sooner. */
const MAX_ROOM = 2;

/** Multiple of what the processor can run at once that is let in, so that it is not idle until the next caller comes. */
const FILLED = 1.25;

/**
 * Keeps costly requests of the sheddable classes from filling the processor: past as many as it can run at once they only wait for
 * each other, and users' requests wait with them. What is not costly passes between them. See docs/design/request-cost.md.
 */
export class CostCheck implements Check {
  readonly reason = 'cost';
  readonly #costs: Costs;
  readonly #wouldShed: ((request: RequestInFlight) => void) | undefined;
  /** Requests in flight of each class and key. */
  readonly #running = CRITICALITIES.map(() => new Int32Array(MAX_KEYS));
  /** 1 for keys that sheddable requests have had: those in flight are counted, instead of what the key uses now. */
  readonly #isSheddable = new Uint8Array(MAX_KEYS);
  #hasCostly = false;

  /** @param wouldShed In a dry run, called with requests that are let through because of it; undefined when requests are shed. */
  constructor(costs: Costs, wouldShed: ((request: RequestInFlight) => void) | undefined) {
    this.#costs = costs;
    this.#wouldShed = wouldShed;
  }

  /** Some requests are costly, so that it matters which. */
  get hasCostly(): boolean {
    return this.#hasCostly;
  }

  /** Requests like this one have been seen to be costly. */
  isCostly({ requestClass, bodyBytes }: Pick<RequestInFlight, 'requestClass' | 'bodyBytes'>): boolean {
    return this.#hasCostly && this.#costs.isCostly(this.#costs.keyOf(requestClass, bodyBytes));
  }

  admits(request: RequestInFlight): boolean {
    const { requestClass, bodyBytes } = request;
    if (requestClass.rank < FROM_RANK || !this.#hasCostly) return true;
    const key = this.#costs.keyOf(requestClass, bodyBytes);
    if (!this.#costs.isCostly(key) || this.#hasRoom(requestClass.rank, key)) return true;
    if (this.#wouldShed === undefined) return false;
    this.#wouldShed(request);
    return true;
  }

  admitted(request: RequestInFlight): void {
    const { requestClass, bodyBytes } = request;
    request.costKey = this.#costs.keyOf(requestClass, bodyBytes);
    if (requestClass.rank >= FROM_RANK) this.#isSheddable[request.costKey] = 1;
    this.#add(request, 1);
    this.#costs.began(request);
  }

  /** It holds nothing any more. */
  released(request: RequestInFlight): void {
    if (request.costKey !== BACKGROUND) this.#add(request, -1);
  }

  /** It is known how long it took. */
  settled(request: RequestInFlight, nowMs: number): void {
    if (request.costKey === BACKGROUND) return;
    this.#costs.ended(request, nowMs);
    request.costKey = BACKGROUND;
  }

  /** It will be decided on again, as if it had not been let in. */
  withdrawn(request: RequestInFlight): void {
    if (request.costKey === BACKGROUND) return;
    this.released(request);
    this.#costs.withdrawn(request);
    request.costKey = BACKGROUND;
  }

  /** To be called several times a second. */
  sample(nowMs: number): void {
    this.#costs.sample(nowMs, this.#hasCostly);
    this.#hasCostly = false;
    for (let key = BACKGROUND + 1; key < this.#costs.keyCount; key += 1) {
      if (this.#costs.isCostly(key)) this.#hasCostly = true;
    }
  }

  #add({ requestClass: { rank }, costKey }: RequestInFlight, by: number): void {
    const running = this.#running[rank];
    if (running !== undefined) running[costKey] = (running[costKey] ?? 0) + by;
  }

  /** The first costly request of a class always has: a class that is never let in would never be served. */
  #hasRoom(rank: number, key: number): boolean {
    let count = 0;
    let ownCores = 0;
    let ownCpuMs = 0;
    let leftCores = this.#costs.cores;
    for (let other = 0; other < this.#costs.keyCount; other += 1) {
      if (this.#isSheddable[other] === 0 || !this.#costs.isCostly(other)) {
        leftCores -= this.#costs.nowCoresOf(other);
        continue;
      }
      for (let better = FROM_RANK; better < rank; better += 1) {
        leftCores -= (this.#running[better]?.[other] ?? 0) * this.#costs.coresOf(other);
      }
      const running = this.#running[rank]?.[other] ?? 0;
      count += running;
      ownCores += running * this.#costs.coresOf(other);
      ownCpuMs += running * this.#costs.cpuMsOf(other);
    }
    if (count === 0) return true;
    const cheaper = ownCpuMs / count / this.#costs.cpuMsOf(key);
    return ownCores < FILLED * leftCores * Math.min(MAX_ROOM, Math.max(1, cheaper));
  }
}

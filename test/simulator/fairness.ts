// A fleet under overload in simulated time: instances that shed by the real check, and a Redis that loses and repeats what they tell it.
import { PriorityCheck } from '../../src/admission/checks/priority.ts';
import { Repeats } from '../../src/admission/classify/repeats.ts';
import { FairShares } from '../../src/admission/fairness/index.ts';
import type { RequestClass } from '../../src/admission/classify/request-class.ts';
import { CRITICALITIES, resolvePolicy } from '../../src/admission/policy.ts';
import { Pressure } from '../../src/admission/pressure/index.ts';
import { resolvePriorityOptions } from '../../src/admission/priority/options.ts';
import { FleetRatesModel } from '../harness/fleet-rates.ts';

const TICK_MS = 10;
const DECIDE_MS = 100;
const EXCHANGE_MS = 500;
const LEASE_MS = 3000;

/** How long until rates and thresholds have settled, in ms. */
const SETTLED_MS = 10_000;

export interface Tenant {
  readonly name: string;
  readonly perSecond: number;
  /** The instances that it is routed to, evenly. */
  readonly instances: readonly number[];
}

export interface Simulated {
  readonly tenants: readonly Tenant[];
  /** Instances, by how many requests each can have in flight. */
  readonly limits: readonly number[];
  /** How long a request takes, in ms, given a number from 0 to 1. */
  readonly takesMs: (random: number) => number;
  /** Probability that a message is lost, that its answer is lost, and that a message arrives once more later. */
  readonly lost: number;
  readonly unanswered: number;
  readonly repeated: number;
  /** Clocks of instances: an offset in ms, and how much faster than real time they go. */
  readonly clocks: readonly { readonly offsetMs: number; readonly rate: number }[];
  /** False: no Redis, ever. */
  readonly hasRedis: boolean;
  readonly seconds: number;
  readonly random: () => number;
}

const SHEDDABLE = CRITICALITIES.indexOf('sheddable');

const CLASS: RequestClass = {
  policy: resolvePolicy('policy', 'sheddable'),
  route: '',
  criticality: 'sheddable',
  rank: SHEDDABLE,
  threshold: 0.85,
  status: 429,
  row: 0,
  costKeys: undefined,
  warned: false,
};

/** The part of the limit that sheddable requests may use. */
const THRESHOLD = 0.85;

class Instance {
  readonly shares: FairShares;
  readonly served = new Map<string, number>();
  readonly #check: PriorityCheck;
  readonly #pressure = new Pressure();
  readonly #limit: number;
  readonly #clock: (nowMs: number) => number;
  /** When requests in flight end. */
  #ends: number[] = [];

  constructor(limit: number, clock: (nowMs: number) => number) {
    this.#limit = limit;
    this.#clock = clock;
    this.shares = new FairShares({ salt: 'fleet' }, clock(0));
    const read = (): number => this.#ends.length / limit;
    this.#pressure.register({ name: 'in-flight', read, enter: 1, exit: THRESHOLD }, true);
    const options = resolvePriorityOptions({ identity: 'x-tenant', fairness: true });
    this.#check = new PriorityCheck(
      options,
      this.#pressure,
      new Repeats(),
      undefined,
      clock(0),
      this.shares,
      () => 0,
    );
  }

  now(nowMs: number): number {
    return this.#clock(nowMs);
  }

  request(tenant: string, nowMs: number, takesMs: number): void {
    const request = { isDecided: false, requestClass: CLASS, headers: { 'x-tenant': tenant }, bodyBytes: 0 };
    if (!this.#check.admits(request, this.#clock(nowMs))) return;
    if (this.#ends.length >= Math.ceil(THRESHOLD * this.#limit)) {
      this.#check.shed(request, 'in-flight');
      return;
    }
    this.#ends.push(nowMs + takesMs);
    if (nowMs >= SETTLED_MS) this.served.set(tenant, (this.served.get(tenant) ?? 0) + 1);
  }

  /** Requests end. */
  pass(nowMs: number): void {
    const before = this.#ends.length;
    this.#ends = this.#ends.filter((endsMs) => endsMs > nowMs);
    for (let i = this.#ends.length; i < before; i += 1) this.#check.completed();
  }

  decide(nowMs: number): void {
    this.#pressure.sample(this.#clock(nowMs));
    this.#check.decide(this.#clock(nowMs));
  }
}

/** @returns Requests a second that each tenant was served once all had settled, in the order of the tenants. */
export function simulateFleet(simulated: Simulated): readonly number[] {
  const { tenants, limits, takesMs, clocks, random, seconds } = simulated;
  const instances = limits.map((limit, i) => {
    const { offsetMs, rate } = clocks[i] ?? { offsetMs: 0, rate: 1 };
    return new Instance(limit, (nowMs) => offsetMs + nowMs * rate);
  });
  const redis = new FleetRatesModel(LEASE_MS);
  const late: (() => void)[] = [];
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += TICK_MS) {
    for (const instance of instances) instance.pass(nowMs);
    arrivals(simulated, (tenant, at) => instances[at]?.request(tenant.name, nowMs, takesMs(random())));
    if (nowMs % DECIDE_MS === 0) for (const instance of instances) instance.decide(nowMs);
    for (const [i, instance] of instances.entries()) {
      // Each at a time of its own.
      if (!simulated.hasRedis || (nowMs + i * 70) % EXCHANGE_MS !== 0) continue;
      exchange(instance, String(i), nowMs);
    }
  }
  return tenants.map(({ name }) => {
    const served = instances.reduce((sum, instance) => sum + (instance.served.get(name) ?? 0), 0);
    return served / (seconds - SETTLED_MS / 1000);
  });

  function exchange(instance: Instance, id: string, nowMs: number): void {
    const told = instance.shares.tell(instance.now(nowMs));
    if (random() < simulated.lost) return;
    const { rates } = redis.tell(id, told, nowMs);
    // A client sends what it got no answer to once more when it is connected again.
    for (const again of late.splice(0)) again();
    if (random() < simulated.repeated) late.push(() => redis.tell(id, told, nowMs));
    if (random() < simulated.unanswered) return;
    instance.shares.learn(rates, instance.now(nowMs));
  }
}

function arrivals({ tenants, random }: Simulated, arrive: (tenant: Tenant, instance: number) => void): void {
  const arriving = tenants.flatMap((tenant) => {
    const due = (tenant.perSecond * TICK_MS) / 1000;
    const count = Math.trunc(due) + (random() < due % 1 ? 1 : 0);
    return Array.from({ length: count }, () => ({ tenant, order: random() }));
  });
  for (const { tenant } of arriving.toSorted((a, b) => a.order - b.order)) {
    arrive(tenant, tenant.instances[Math.trunc(random() * tenant.instances.length)] ?? 0);
  }
}

/** What each is due of `capacity` by max-min fairness. */
export function maxMin(demands: readonly number[], capacity: number): readonly number[] {
  let [left, level] = [capacity, 0];
  const open = demands.toSorted((a, b) => a - b);
  for (const [i, demand] of open.entries()) {
    const each = left / (open.length - i);
    level = each;
    if (demand > each) break;
    left -= demand;
    level = Infinity;
  }
  return demands.map((demand) => Math.min(demand, level));
}

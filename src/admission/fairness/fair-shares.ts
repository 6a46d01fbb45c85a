import { CRITICALITIES } from '../policy.ts';
import { fairCohort } from './fair-order.ts';
import { RateMeter } from './rate-meter.ts';
import { MAX_TENANTS, type Tenant, Tenants } from './tenants.ts';

/** Requests a second by key: of a tenant in a class, or of a class. Nothing in a key can be read: it travels to other instances. */
export type TenantRates = readonly (readonly [key: string, perSecond: number])[];

/** What keys are made with. Plain data: it travels to workers as JSON. */
export interface FairnessSetup {
  /** The same in all instances of a fleet. */
  readonly salt: string;
}

/** How long what was learned of other processes counts, in ms: six times of the usual pause between two messages. */
const LEARNED_MS = 3000;

/** Maximum of tenants of a class that a process reports to others: those with the most requests. */
const MAX_TOLD = 256;

/** A process does not report tenants with less than this part of the requests of their class. */
const LEAST_SHARE = 1 / MAX_TENANTS;

/** Nor those with fewer requests a second than this: a tenant that has stopped would be reported for another half hour. */
const LEAST_PER_SECOND = 0.01;

/** The first class whose requests are shared out. */
const FIRST_RANK = CRITICALITIES.indexOf('sheddable-plus');

/** Digits of a key: 64 bits. */
const DIGITS = 16;

/** The tenants of one class. */
interface ClassTenants {
  readonly tenants: Tenants;
  readonly total: RateMeter;
  others: number;
  told: number;
}

/**
 * Shares the sheddable requests of this process out between tenants. What tenants ask of other processes is learned from messages;
 * without any it is fair on its own, so no request ever waits.
 */
export class FairShares {
  /** The part of the requests that one tenant is let through at most; 1 while nothing is shed. */
  largestShare = 1;
  readonly #salt: string;
  readonly #classes: readonly ClassTenants[];
  #learnedMs = -Infinity;

  constructor({ salt }: FairnessSetup, nowMs: number) {
    this.#salt = salt;
    this.#classes = CRITICALITIES.slice(FIRST_RANK).map(() => ({
      tenants: new Tenants(),
      total: new RateMeter(nowMs),
      others: 0,
      told: 0,
    }));
  }

  /**
   * Counts a request, and says in which cohort of its class it is. Undefined for classes that are not shared out.
   *
   * @param identity Requests without one are one tenant together.
   */
  cohortOf(rank: number, identity: string | undefined, nowMs: number): number | undefined {
    const of = this.#classes[rank - FIRST_RANK];
    if (of === undefined) return undefined;
    const tenant = of.tenants.of(identity ?? '', nowMs);
    let rate = tenant.meter.count(nowMs);
    let total = of.total.count(nowMs);
    // Without a report, assume that the tenant has the same share everywhere.
    if (tenant.others !== undefined && nowMs - this.#learnedMs < LEARNED_MS) {
      rate += tenant.others;
      total += of.others;
    }
    return fairCohort(total > 0 ? Math.min(1, rate / total) : 0, tenant.nextPosition());
  }

  /** What others are to know of this process: rates, not counts, so that a message that is lost or comes twice does no harm. */
  tell(nowMs: number): TenantRates {
    return this.#classes.flatMap((of, i) => this.#tellOf(of, String(i), nowMs));
  }

  /** @param rates Of all processes together, this one included; in the place of all that was learned before. */
  learn(rates: TenantRates, nowMs: number): void {
    const byKey = new Map(rates);
    const beside = (key: string, told: number): number | undefined => {
      const all = byKey.get(key);
      return all === undefined ? undefined : Math.max(0, all - told);
    };
    for (const [i, of] of this.#classes.entries()) {
      of.others = beside(String(i), of.told) ?? 0;
      for (const tenant of of.tenants.all) tenant.others = beside(tenant.key, tenant.told);
    }
    this.#learnedMs = nowMs;
  }

  #tellOf(of: ClassTenants, name: string, nowMs: number): TenantRates {
    of.told = of.total.perSecond(nowMs);
    const least = Math.max(LEAST_PER_SECOND, of.told * LEAST_SHARE);
    const rates = of.tenants.all.map((tenant) => [tenant, tenant.meter.perSecond(nowMs)] as const);
    for (const [tenant] of rates) tenant.told = 0;
    const most = rates.filter(([, rate]) => rate >= least).toSorted((a, b) => b[1] - a[1]);
    if (most.length === 0) return [];
    const told = most.slice(0, MAX_TOLD).map(([tenant, rate]) => {
      tenant.told = rate;
      return [this.#keyOf(tenant, name), rate] as const;
    });
    return [[name, of.told], ...told];
  }

  #keyOf(tenant: Tenant, name: string): string {
    if (tenant.key === '') {
      // Loaded when it is needed: the start of a worker should not wait for it.
      const { hash } = process.getBuiltinModule('node:crypto');
      tenant.key = `${name}${hash('sha256', `${this.#salt}\n${tenant.name}`).slice(0, DIGITS)}`;
    }
    return tenant.key;
  }
}

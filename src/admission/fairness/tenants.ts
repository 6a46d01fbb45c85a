import { RateMeter } from './rate-meter.ts';

/** Maximum of tenants that a class distinguishes. One that has more than this part of the requests is always among them. */
export const MAX_TENANTS = 1024;

/** Meters that are compared to find one to reuse: the least of eight is rarely one that matters. */
const CANDIDATES = 8;

/** Characters of an identity that count, from its end; as for cohorts. */
const IDENTITY_CHARS = 256;

/** The golden ratio: its multiples, without their whole part, fill 0 to 1 as evenly as a sequence can. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** One tenant, as one process sees it. */
export class Tenant {
  readonly meter: RateMeter;
  name: string;
  /** Digest that stands for it in messages; empty until it is needed. */
  key = '';
  /** Its requests a second in other processes, as last learned; undefined when no message named it. */
  others: number | undefined = undefined;
  /** What was last told of it. */
  told = 0;
  #position: number;

  constructor(name: string, position: number, nowMs: number) {
    this.name = name;
    this.#position = position;
    this.meter = new RateMeter(nowMs);
  }

  /** Stands for another tenant from now on, with the rate of this one: a tenant that comes anew must not come off better. */
  becomes(name: string): void {
    this.name = name;
    this.key = '';
    this.others = undefined;
    this.told = 0;
  }

  /** Evenly spread over 0 to 1. */
  nextPosition(): number {
    this.#position = (this.#position + GOLDEN) % 1;
    return this.#position;
  }
}

/** The tenants with the most requests, in a bounded table: space-saving (Metwally et al., 2005), with a sample in place of the minimum. */
export class Tenants {
  readonly #byName = new Map<string, Tenant>();
  readonly #all: Tenant[] = [];
  #cursor = 0;

  get all(): readonly Tenant[] {
    return this.#all;
  }

  of(identity: string, nowMs: number): Tenant {
    const name = identity.length > IDENTITY_CHARS ? endOf(identity) : identity;
    return this.#byName.get(name) ?? this.#add(name, nowMs);
  }

  #add(name: string, nowMs: number): Tenant {
    let tenant: Tenant;
    if (this.#all.length < MAX_TENANTS) {
      tenant = new Tenant(name, (this.#all.length * GOLDEN) % 1, nowMs);
      this.#all.push(tenant);
    } else {
      tenant = this.#smallest(nowMs);
      this.#byName.delete(tenant.name);
      tenant.becomes(name);
    }
    this.#byName.set(name, tenant);
    return tenant;
  }

  #smallest(nowMs: number): Tenant {
    let [least, leastRate]: [Tenant | undefined, number] = [undefined, Infinity];
    for (let i = 0; i < CANDIDATES; i += 1) {
      this.#cursor = (this.#cursor + 1) % this.#all.length;
      const each = this.#all[this.#cursor];
      const rate = each?.meter.perSecond(nowMs) ?? Infinity;
      if (rate < leastRate) [least, leastRate] = [each, rate];
    }
    return least as Tenant;
  }
}

/** A copy: a part of a string keeps all of it in memory. */
function endOf(identity: string): string {
  return Buffer.from(identity.slice(-IDENTITY_CHARS)).toString();
}

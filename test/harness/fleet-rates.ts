import type { TenantRates } from '../../src/admission/index.ts';

/** What the script in Redis should keep and answer, in the simplest form: the last message of each instance. */
export class FleetRatesModel {
  readonly #leaseMs: number;
  readonly #told = new Map<string, { readonly rates: TenantRates; readonly atMs: number }>();

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  tell(id: string, rates: TenantRates, nowMs: number): { instances: number; rates: TenantRates } {
    for (const [other, { atMs }] of this.#told) {
      if (other !== id && Math.abs(nowMs - atMs) > this.#leaseMs) this.#told.delete(other);
    }
    this.#told.set(id, { rates, atMs: nowMs });
    const all = [...this.#told.values()].flatMap((told) => told.rates);
    const sumOf = (key: string): number =>
      all.reduce((sum, [other, rate]) => sum + (other === key ? rate : 0), 0);
    return { instances: this.#told.size, rates: rates.map(([key]) => [key, sumOf(key)]) };
  }
}

import type { TenantRates } from '../../../worker/index.ts';

/** Maximum of keys that travel: a message of 12 KB. */
const MAX_KEYS = 512;

/** A key of one digit is a class, any other a tenant. */
export function isTenant(key: string): boolean {
  return key.length > 1;
}

/** Rates by key of several processes, added up; of too many tenants those with the most requests. */
export function sumRates(all: readonly TenantRates[]): TenantRates {
  const sums = new Map<string, number>();
  for (const [key, perSecond] of all.flat()) sums.set(key, (sums.get(key) ?? 0) + perSecond);
  if (sums.size <= MAX_KEYS) return [...sums];
  const order = ([key, perSecond]: readonly [string, number]): number =>
    isTenant(key) ? perSecond : Infinity;
  return [...sums].toSorted((a, b) => (order(a) < order(b) ? 1 : -1)).slice(0, MAX_KEYS);
}

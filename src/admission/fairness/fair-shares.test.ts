import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { COHORTS } from '../priority/index.ts';
import { fairCohort, shareAt } from './fair-order.ts';
import { FairShares } from './fair-shares.ts';
import { MAX_TENANTS, Tenants } from './tenants.ts';

const SHEDDABLE = 3;
const CRITICAL = 1;

/** Requests of tenants at steady rates, for some seconds; what each got below a cohort in the last of them. */
function ask(
  shares: FairShares,
  rates: Readonly<Record<string, number>>,
  below: number,
  seconds: number = 20,
): Record<string, number> {
  const passed: Record<string, number> = {};
  for (let ms = 0; ms < seconds * 1000; ms += 1) {
    for (const [tenant, perSecond] of Object.entries(rates)) {
      if (Math.trunc((ms * perSecond) / 1000) === Math.trunc(((ms - 1) * perSecond) / 1000)) continue;
      const cohort = shares.cohortOf(SHEDDABLE, tenant, ms) ?? assert.fail();
      if (cohort < below && ms >= (seconds - 10) * 1000) passed[tenant] = (passed[tenant] ?? 0) + 0.1;
    }
  }
  return passed;
}

test('a threshold lets the same number through of all that ask for more, and all of the others', () => {
  const shares = new FairShares({ salt: '' }, 0);
  // A quarter of 400 requests a second.
  const threshold = fairCohort(0.25, 1);
  const { most, more, less } = ask(shares, { most: 240, more: 140, less: 20 }, threshold);
  assert.ok(Math.abs((most ?? 0) / (more ?? 0) - 1) < 0.03, `${most} and ${more}`);
  assert.ok((less ?? 0) > 19, `${less}`);
});

test('cohorts are in the order of shares, and leave the last one of a class to repeats', () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(part, part, part, (share, position, more) => {
      const cohort = fairCohort(share, position);
      assert.ok(cohort >= 0 && cohort < COHORTS - 1);
      assert.ok(fairCohort(Math.min(1, share + more), position) >= cohort);
      // A cohort begins at the share that leads to it.
      if (cohort > 0) assert.ok(shareAt(cohort) <= share * position * (1 + 1e-9));
    }),
  );
  assert.equal(shareAt(COHORTS), 1);
});

test('classes that are not sheddable are not shared out', () => {
  assert.equal(new FairShares({ salt: '' }, 0).cohortOf(CRITICAL, 'a', 0), undefined);
});

test('what a process reports is of no use without the salt, and empty without requests', () => {
  const [one, same, other] = ['salt', 'salt', 'pepper'].map((salt) => new FairShares({ salt }, 0));
  for (const shares of [one, same, other]) ask(shares ?? assert.fail(), { 'secret-token': 10 }, 0, 11);
  const keys = [one, same, other].map((shares) => shares?.tell(11_000).map(([key]) => key));
  assert.deepEqual(keys[0], keys[1]);
  assert.notDeepEqual(keys[0], keys[2]);
  assert.equal(keys[0]?.length, 2, 'the class and its tenant');
  assert.ok(keys.flat().every((key) => /^[0-9a-f]+$/.test(key ?? '')));
  assert.deepEqual(one?.tell(60_000), []);
});

test('what others are asked for counts while it is fresh, and a process does not count its own report twice', () => {
  const [here, there] = [new FairShares({ salt: '' }, 0), new FairShares({ salt: '' }, 0)];
  ask(here, { both: 50, one: 50 }, 0);
  ask(there, { both: 100 }, 0);
  const told = [here, there].map((shares) => new Map(shares.tell(20_000)));
  const sums = [...(told[0]?.keys() ?? [])].map(
    (key) => [key, (told[0]?.get(key) ?? 0) + (told[1]?.get(key) ?? 0)] as const,
  );
  here.learn(sums, 20_000);
  // Of 200 requests a second 150 are `both`'s: below 0.3 are two in five of these, and all of `one`'s.
  const below = (fromMs: number): Record<'both' | 'one', number> => {
    const passed = { both: 0, one: 0 };
    for (let i = 0; i < 50; i += 1) {
      for (const tenant of ['both', 'one'] as const) {
        const cohort = here.cohortOf(SHEDDABLE, tenant, fromMs + 20 * i) ?? assert.fail();
        if (cohort < fairCohort(0.3, 1)) passed[tenant] += 0.02;
      }
    }
    return passed;
  };
  const asFleet = below(20_000);
  assert.ok(asFleet.one > 0.95 && Math.abs(asFleet.both - 0.4) < 0.1, JSON.stringify(asFleet));
  // Nothing was heard for long: alone, both ask for the same, half of all.
  const alone = below(23_100);
  assert.ok(Math.abs(alone.both - 0.6) < 0.1 && Math.abs(alone.one - 0.6) < 0.1, JSON.stringify(alone));
});

test('tenants beyond the maximum of a report are treated as those within it', () => {
  const shares = new FairShares({ salt: '' }, 0);
  const rates = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`tenant ${i}`, 5]));
  ask(shares, rates, 0);
  const told = shares.tell(20_000);
  assert.equal(told.length, 1 + 256);
  // Seven more instances that are asked for the same.
  shares.learn(
    told.map(([key, rate]) => [key, 8 * rate] as const),
    20_000,
  );
  const sums = new Map<string, number>();
  for (let i = 0; i < 8; i += 1) {
    for (const tenant of Object.keys(rates)) {
      const cohort = shares.cohortOf(SHEDDABLE, tenant, 20_000 + 200 * i) ?? assert.fail();
      sums.set(tenant, (sums.get(tenant) ?? 0) + cohort);
    }
  }
  const means = [...sums.values()].map((sum) => sum / 8);
  // A factor of eight would be 19 cohorts.
  assert.ok(Math.max(...means) - Math.min(...means) < 12, `${Math.min(...means)} to ${Math.max(...means)}`);
});

test('however many tenants come, the table is bounded and keeps those with the most requests', () => {
  const tenants = new Tenants();
  let nowMs = 0;
  for (let i = 0; i < 20 * MAX_TENANTS; i += 1) {
    nowMs += 1;
    tenants.of(`${'x'.repeat(300)} passing ${i}`, nowMs).meter.count(nowMs);
    // One request in eleven is of the same tenant.
    if (i % 10 === 0) tenants.of('steady', nowMs).meter.count(nowMs);
  }
  assert.equal(tenants.all.length, MAX_TENANTS);
  assert.ok(tenants.of('steady', nowMs).meter.perSecond(nowMs) > 80);
});

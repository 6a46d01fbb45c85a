// Requires of Respite's client that it never makes an outage worse, and of these requirements that bad clients fail them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  alwaysOpen,
  type CreateClient,
  neverProbes,
  neverRetries,
  respiteClient,
  threeTries,
  undiciRetry,
} from './clients.ts';
import { COMPETITORS } from './competitors.ts';
import { metastableGoodput, shortcomings } from './requirements.ts';

test('Respite’s client reaches what is required', () => {
  assert.deepEqual(shortcomings(respiteClient(), [1, 2, 3]), []);
});

const BAD: readonly (readonly [name: string, create: CreateClient, missed: readonly string[]])[] = [
  ['three tries', threeTries, ['outage', 'tiers', 'halfFail', 'metastable']],
  ['undici’s retry', undiciRetry, ['outage', 'tiers', 'halfFail', 'metastable']],
  ['a client that never retries', neverRetries, ['someFail', 'flood']],
  ['a circuit that never probes', neverProbes, ['recovery', 'metastable']],
  ['a circuit that is always open', alwaysOpen, ['someFail', 'halfFail', 'recovery', 'metastable']],
  [
    'retries without a budget, throttling or circuit',
    respiteClient({ retry: { budget: 1 }, throttle: false, circuit: false }),
    ['halfFail'],
  ],
];

/** What others miss, at least. */
const OTHERS: readonly (readonly [name: keyof typeof COMPETITORS, missed: readonly string[]])[] = [
  ['AWS, standard mode', ['halfFail', 'metastable', 'flood']],
  ['gRPC, retry throttling', ['metastable', 'flood']],
  ['Finagle, retry budget', ['outage', 'halfFail', 'tiers', 'metastable', 'flood']],
  ['SRE throttling', ['halfFail', 'metastable', 'recovery', 'flood']],
  ['cockatiel', ['halfFail', 'flood']],
];

for (const [name, create, missed] of [
  ...BAD,
  ...OTHERS.map(([other, misses]) => [other, COMPETITORS[other], misses] as const),
]) {
  test(`${name} misses ${missed.join(', ')}`, () => {
    const found = shortcomings(create).map((each) => each.slice(0, each.indexOf(':')));
    assert.deepEqual(
      missed.filter((each) => !found.includes(each)),
      [],
      `only ${found.join(', ')}`,
    );
  });
}

test('with naive retries the server stays down for good after a stall of 5 s', () => {
  assert.ok(metastableGoodput(threeTries) < 0.05);
});

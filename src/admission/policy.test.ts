import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Criticality, resolvePolicy, type RoutePolicy } from './policy.ts';

const DERIVED: readonly (readonly [policy: RoutePolicy, criticality: Criticality | 'exempt' | undefined])[] =
  [
    [{}, undefined],
    [{ cost: 2, deadlineMs: 100 }, undefined],
    [{ criticality: 'critical-plus' }, 'critical-plus'],
    [{ interactive: false, costly: true, clientRetries: true }, 'sheddable'],
    [{ costly: true, clientRetries: true }, 'sheddable-plus'],
    [{ interactive: false, costly: true }, 'sheddable-plus'],
    [{ interactive: false, clientRetries: true, costly: false }, 'sheddable-plus'],
    [{ interactive: false }, 'critical'],
    [{ interactive: true }, 'critical'],
    [{ exempt: true }, 'exempt'],
    [{ exempt: false }, undefined],
  ];

for (const [policy, criticality] of DERIVED) {
  test(`${JSON.stringify(policy)} is ${criticality ?? 'as the server says'}`, () => {
    const resolved = resolvePolicy('policy', policy);
    assert.equal(resolved.criticality, criticality);
    assert.ok(Object.isFrozen(resolved) && !Object.isFrozen(policy));
  });
}

test('a criticality alone is a policy; cost is 1', () => {
  assert.deepEqual(resolvePolicy('policy', 'sheddable'), { criticality: 'sheddable', cost: 1 });
});

test('a cost may be a function', () => {
  const cost = (): number => 2;
  assert.equal(resolvePolicy('policy', { cost }).cost, cost);
});

const BAD: readonly (readonly [policy: unknown, message: string])[] = [
  ['low', 'p must be one of critical-plus, critical, sheddable-plus, sheddable, got "low"'],
  [null, 'p must be one of critical-plus, critical, sheddable-plus, sheddable, got null'],
  [{ cost: '2' }, 'p.cost must be a number greater than 0, got "2"'],
  [{ cost: Number.NaN }, 'p.cost must be a number greater than 0, got NaN'],
  [{ deadlineMs: 0 }, 'p.deadlineMs must be a whole number of at least 1, got 0'],
  [{ interactive: 'no' }, 'p.interactive must be true or false, got "no"'],
  [
    { criticality: 'sheddable', interactive: false, costly: true },
    'p.criticality must be left out beside interactive, costly, got "sheddable"',
  ],
  [{ exempt: true, cost: 2 }, 'p.exempt must be left out beside cost, got true'],
  [
    { critical: true },
    'p.critical is not an option; known are criticality, interactive, costly, clientRetries, cost, deadlineMs, exempt',
  ],
];

for (const [policy, message] of BAD) {
  test(`refused: ${message}`, () => {
    assert.throws(() => resolvePolicy('p', policy as RoutePolicy), {
      code: 'RESPITE_OPTIONS_INVALID',
      message,
    });
  });
}

test('what has no function in it survives the way to a worker', () => {
  const declared = fc.constantFrom(undefined, true, false);
  fc.assert(
    fc.property(
      fc.record({
        interactive: declared,
        costly: declared,
        clientRetries: declared,
        cost: fc.option(fc.double({ min: 0, minExcluded: true, max: 1e6, noNaN: true }), { nil: undefined }),
        deadlineMs: fc.option(fc.integer({ min: 1, max: 2_000_000_000 }), { nil: undefined }),
      }),
      (policy) => {
        const resolved = resolvePolicy('policy', policy);
        assert.deepEqual(JSON.parse(JSON.stringify(resolved)), { ...resolved });
      },
    ),
  );
});

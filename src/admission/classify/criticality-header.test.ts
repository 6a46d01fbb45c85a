import assert from 'node:assert/strict';
import { test } from 'node:test';
import { criticalityHeader, TrustedCriticality } from './criticality-header.ts';
import { resolvePolicy } from '../policy.ts';

const trusted = (atMost?: 'critical-plus' | 'sheddable-plus'): TrustedCriticality =>
  new TrustedCriticality(
    criticalityHeader.complete({ from: ['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '::1'], atMost }),
  );

const CALLER = { remoteAddress: '10.1.2.3' };
const policy = resolvePolicy('policy', { criticality: 'critical', cost: 3 });
const asking = (criticality: string): Record<string, string> => ({ 'respite-criticality': criticality });

test('a trusted caller makes a request matter less, and nothing else changes', () => {
  const found = trusted().policyFor(policy, asking('sheddable'), CALLER);
  assert.deepEqual(found, { ...policy, criticality: 'sheddable' });
});

test('the same class of the same policy is one object: what counts by it stays bounded', () => {
  const header = trusted();
  const ask = (): unknown => header.policyFor(policy, asking('sheddable'), CALLER);
  assert.equal(ask(), ask());
});

test('a request matters at most as much as callers may ask for', () => {
  assert.equal(trusted().policyFor(policy, asking('critical-plus'), CALLER), policy);
  const high = trusted('critical-plus').policyFor(policy, asking('critical-plus'), CALLER);
  assert.equal(high.criticality, 'critical-plus');
  const low = trusted('sheddable-plus').policyFor(policy, asking('critical'), CALLER);
  assert.equal(low.criticality, 'sheddable-plus');
});

for (const [address, isTrusted] of [
  ['10.255.255.255', true],
  ['::ffff:10.0.0.1', true],
  ['192.168.1.7', true],
  ['fd12::1', true],
  ['::1', true],
  ['11.0.0.1', false],
  ['192.168.1.8', false],
  ['::ffff:11.0.0.1', false],
  ['fe80::1', false],
  [undefined, false],
] as const) {
  test(`${address} is ${isTrusted ? '' : 'not '}trusted`, () => {
    const found = trusted().policyFor(policy, asking('sheddable'), { remoteAddress: address });
    assert.equal(found.criticality, isTrusted ? 'sheddable' : 'critical');
  });
}

test('no class, no header, no peer: the policy of the route', () => {
  for (const headers of [{}, asking('low'), asking(''), asking('sheddable, critical')]) {
    assert.equal(trusted().policyFor(policy, headers, CALLER), policy);
  }
  assert.equal(trusted().policyFor(policy, asking('sheddable'), undefined), policy);
});

test('what is exempt stays exempt', () => {
  const exempt = resolvePolicy('policy', { exempt: true });
  assert.equal(trusted().policyFor(exempt, asking('sheddable'), CALLER), exempt);
});

test('the class that was asked for holds when the policy becomes known later', () => {
  const header = trusted();
  const unnamed = resolvePolicy('policy', 'critical');
  const asked = header.policyFor(unnamed, asking('sheddable'), CALLER);
  assert.equal(header.originalOf(asked), unnamed);
  assert.deepEqual(header.policyAfter(asked, policy), { ...policy, criticality: 'sheddable' });
  assert.equal(header.policyAfter(unnamed, policy), policy);
});

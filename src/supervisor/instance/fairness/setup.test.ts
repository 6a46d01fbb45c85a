import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveAdmissionOptions } from '../../../admission/index.ts';
import { fairnessSetup } from './setup.ts';

test('instances of a fleet know tenants by the same keys, whatever salt each has drawn', () => {
  const of = (salt: string, fleet?: string): unknown =>
    fairnessSetup(
      resolveAdmissionOptions({ priority: { identity: 'x-tenant', fairness: true, salt } }),
      fleet,
    );
  assert.deepEqual(of('drawn here', 'shop'), of('drawn there', 'shop'));
  assert.notDeepEqual(of('drawn here', 'shop'), of('drawn here', 'another'));
  assert.deepEqual(of('drawn here'), { salt: 'drawn here' });
});

test('off by default, and with priority', () => {
  assert.equal(fairnessSetup(resolveAdmissionOptions(), 'shop'), undefined);
  assert.equal(fairnessSetup(resolveAdmissionOptions({ priority: false }), 'shop'), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inheritedEnvironment } from './environment.ts';

test('everything is inherited except the management token', () => {
  const env = { PATH: '/bin', API_KEY: 'the application needs it', RESPITE_MANAGEMENT_TOKEN: 'x' };
  assert.deepEqual(inheritedEnvironment(env), { PATH: '/bin', API_KEY: 'the application needs it' });
  assert.equal(env.RESPITE_MANAGEMENT_TOKEN, 'x', 'the own environment stays as it is');
});

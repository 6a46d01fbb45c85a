import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOf, inheritedEnvironment } from './environment.ts';

test('everything is inherited except the management token and the way to the service manager', () => {
  const env = {
    PATH: '/bin',
    API_KEY: 'the application needs it',
    RESPITE_MANAGEMENT_TOKEN: 'x',
    NOTIFY_SOCKET: '/run/systemd/notify',
    WATCHDOG_USEC: '30000000',
    WATCHDOG_PID: '1',
  };
  assert.deepEqual(inheritedEnvironment(env), { PATH: '/bin', API_KEY: 'the application needs it' });
  assert.equal(env.RESPITE_MANAGEMENT_TOKEN, 'x', 'the own environment stays as it is');
});

test('a worker learns its slot, and its number as pm2 counts', () => {
  assert.deepEqual(identityOf(2, 3, {}), {
    RESPITE_WORKER: '2',
    RESPITE_WORKERS: '3',
    NODE_APP_INSTANCE: '1',
  });
});

test('a single worker keeps the number that pm2 has given to the instance', () => {
  const env = { NODE_APP_INSTANCE: '4' };
  assert.equal(identityOf(1, 1, env)['NODE_APP_INSTANCE'], '4');
  assert.equal(identityOf(1, 2, env)['NODE_APP_INSTANCE'], '0');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlay } from './overlay.ts';

const CHANGES = {
  owner: 1,
  directory: '/d',
  management: 'unix:/m',
  copies: undefined,
  workers: undefined,
  nodeArgs: [],
};

test('the user’s configuration stays, except for what concerns others', () => {
  const configured = {
    admission: { limit: 5 },
    health: { readyShare: 1 },
    supervisor: { workers: 3, fleet: { name: 'shop' }, nodeArgs: ['--import=tsx'] },
    notify: { webhook: { url: 'https://example.com' } },
    management: { address: ':9999', token: 'secret' },
  };
  const tuned = overlay(configured, { ...CHANGES, copies: 4, nodeArgs: ['--import=backlog'] });
  assert.equal(tuned['admission'], configured.admission);
  assert.equal(tuned['health'], configured.health);
  assert.equal(tuned['notify'], undefined);
  assert.deepEqual(tuned['management'], { address: 'unix:/m' });
  assert.deepEqual(tuned.supervisor, {
    workers: 3,
    listeningCopies: 4,
    nodeArgs: ['--import=tsx', '--import=backlog'],
    incidents: false,
    fleet: undefined,
    balancer: undefined,
  });
});

test('without a configuration there are the defaults', () => {
  assert.equal(overlay({}, CHANGES).supervisor?.['listeningCopies'], undefined);
});

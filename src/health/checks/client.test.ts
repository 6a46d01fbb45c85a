import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { peerOf, surviveErrors } from './client.ts';

const TABLE: readonly (readonly [
  given: string | undefined,
  places: readonly unknown[],
  peer: string | undefined,
])[] = [
  ['mine', [{ host: 'db', port: 1 }], 'mine'],
  [undefined, [{ host: 'db', port: 1 }], 'db:1'],
  [undefined, [undefined, null, 'text', { host: '' }, { host: 'db' }, { host: 'x', port: '2' }], 'x:2'],
  [undefined, [], undefined],
];

for (const [given, places, peer] of TABLE) {
  test(`${given ?? 'nothing'} and ${JSON.stringify(places)}: ${peer ?? 'nobody knows'}`, () => {
    assert.equal(peerOf(given, ...places), peer);
  });
}

test('an error that nobody listens to ends no process, and is kept', () => {
  const client = new EventEmitter();
  const last = surviveErrors(client);
  assert.equal(last(), undefined);
  const error = new Error('lost');
  client.emit('error', error);
  assert.equal(last(), error);
  assert.equal(surviveErrors(client)(), error);
  assert.equal(client.listenerCount('error'), 1);
  assert.equal(surviveErrors({})(), undefined);
});

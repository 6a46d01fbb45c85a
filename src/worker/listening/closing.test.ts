import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import type { ListeningServer } from './bind.ts';
import { Closing } from './closing.ts';
import type { Place } from './place.ts';

test('what waits for a socket to be closed has the asynchronous context of its own call, not of the answer', () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const emits = { _emitCloseIfDrained: () => seen.push(`close in ${storage.getStore()}`) };
  const server = Object.assign(Object.create(emits) as ListeningServer, { _handle: null, _connections: 0 });
  const key = 'tcp 127.0.0.1 1';
  const place: Place = { address: '127.0.0.1', family: 'IPv4', port: 1, ipv6Only: false };
  const closing = new Closing();
  closing.add(key, place, server);
  for (const call of ['close()', 'another close()']) storage.run(call, () => server._emitCloseIfDrained());
  storage.run('listen()', () => {
    assert.ok(closing.waits(place, () => seen.push(`free in ${storage.getStore()}`)));
  });
  assert.deepEqual(seen, [], 'the supervisor has not answered');
  storage.run('channel', () => closing.released(key));
  assert.deepEqual(seen, ['close in close()', 'close in another close()', 'free in listen()']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BoundAddress, TcpHandle } from '../../../worker/index.ts';
import { HeldSockets } from './held-sockets.ts';

const ADDRESS: BoundAddress = { address: '::', port: 80, family: 'IPv6' };

function fakeHandle(): TcpHandle & { closed: boolean; backlogs: number[] } {
  const handle = {
    closed: false,
    backlogs: [] as number[],
    onconnection: undefined,
    listen: (backlog: number) => {
      assert.ok(!handle.closed);
      handle.backlogs.push(backlog);
      return 0;
    },
    close: () => {
      handle.closed = true;
    },
    ref: () => {},
    unref: () => {},
    hasRef: () => true,
    getsockname: () => 0,
  };
  return handle;
}

test('a socket outlives the worker that bound it', () => {
  const sockets = new HeldSockets();
  const handle = fakeHandle();
  sockets.hold('a', handle, { bound: ADDRESS }, 1);
  assert.ok(sockets.isListening('a', 1));
  sockets.forget(1);
  assert.equal(sockets.get('a')?.handle, handle);
  assert.deepEqual(sockets.keys, ['a']);
  assert.deepEqual(sockets.addresses, [ADDRESS]);
  assert.ok(!handle.closed);
});

test('a socket is released only when no worker listens on it', () => {
  const sockets = new HeldSockets();
  const handle = fakeHandle();
  sockets.hold('a', handle, { bound: ADDRESS }, 1);
  sockets.listensOn('a', 2);
  assert.deepEqual(sockets.unused, []);
  assert.equal(sockets.closedBy('a', 1), false);
  assert.equal(sockets.release('a'), false);
  assert.ok(!handle.closed);
  assert.equal(sockets.closedBy('a', 2), true);
  assert.deepEqual(sockets.unused, ['a']);
  assert.equal(sockets.release('a'), true);
  assert.ok(handle.closed);
  assert.equal(sockets.get('a')?.handle, undefined);
});

test('a socket bound anew takes the place of the old one, also for the workers that listen on that', () => {
  const sockets = new HeldSockets();
  const [old, fresh] = [fakeHandle(), fakeHandle()];
  sockets.hold('a', old, { bound: ADDRESS }, 1);
  sockets.hold('a', fresh, { bound: ADDRESS }, 2);
  assert.ok(old.closed);
  assert.deepEqual([sockets.isListening('a', 1), sockets.isListening('a', 2)], [true, true]);
  sockets.releaseAll();
  assert.ok(fresh.closed);
  // At the end, and only then: the socket is also that of workers that go on.
  assert.deepEqual([old.backlogs, fresh.backlogs], [[], [0]]);
  assert.deepEqual(sockets.keys, []);
});

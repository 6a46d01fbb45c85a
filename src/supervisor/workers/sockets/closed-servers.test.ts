import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClosedServers } from './closed-servers.ts';

const A = { address: '::', port: 80, family: 'IPv6' } as const;
const B = { ...A, port: 81 };

test('a server is closed until its worker opens it again, or ends', () => {
  const servers = new ClosedServers();
  assert.deepEqual(servers.of(1), []);
  servers.closed(1, A, 100);
  servers.closed(1, B, 200);
  servers.closed(2, A, 300);
  servers.opened(1, { ...A });
  servers.opened(3, A);
  assert.deepEqual(servers.of(1), [{ bound: B, atMs: 200 }]);
  servers.forget(1);
  assert.deepEqual([servers.of(1).length, servers.of(2).length], [0, 1]);
});

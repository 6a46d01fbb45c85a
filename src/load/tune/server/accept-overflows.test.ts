import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overflowsIn } from './accept-overflows.ts';

test('overflows of accept queues as the kernel writes them', () => {
  const text =
    'TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 1 23 4\nIpExt: InNoRoutes\nIpExt: 0\n';
  assert.equal(overflowsIn(text), 23);
  assert.equal(overflowsIn('TcpExt: SyncookiesSent\nTcpExt: 1\n'), undefined);
  assert.equal(overflowsIn(''), undefined);
});

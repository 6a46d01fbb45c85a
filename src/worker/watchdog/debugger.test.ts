import assert from 'node:assert/strict';
import { createServer, connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { connectionsTo, isDebuggerAttached } from './debugger.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 700 1 0000000000000000 100 0 0 10 0
   1: 0100007F:240D 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 701 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:D431 0100007F:240D 01 00000000:00000000 00:00000000 00000000     0        0 702 1 0000000000000000 20 4 30 10 -1
   3: 0100007F:0050 0100007F:D432 01 00000000:00000000 00:00000000 00000000     0        0 703 1 0000000000000000 20 4 30 10 -1
`;

test('the server’s end of established connections, not the listener nor the client', () => {
  assert.deepEqual(connectionsTo(9229, TABLE), ['701']);
  assert.deepEqual(connectionsTo(80, TABLE), ['703']);
  assert.deepEqual(connectionsTo(9230, TABLE), []);
  assert.deepEqual(connectionsTo(9229, ''), []);
});

test(
  'attached while somebody is connected to our port, not before and not after',
  {
    skip: process.platform !== 'linux' && 'needs Linux',
  },
  async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    assert.equal(isDebuggerAttached(port), false);
    const client = connect(port, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [NodeJS.EventEmitter & { destroy(): void }];
    assert.equal(isDebuggerAttached(port), true);
    accepted.destroy();
    client.destroy();
    await Promise.all([once(accepted, 'close'), once(client, 'close')]);
    assert.equal(isDebuggerAttached(port), false);
    server.close();
  },
);

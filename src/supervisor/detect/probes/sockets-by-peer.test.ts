import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { parseSockets } from './connections.ts';
import { groupByPeer, socketsByPeer } from './sockets-by-peer.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0 100 0 0 10 0
   1: 0100007F:C350 0200000A:1538 01 00000000:00000000 00:00000000 00000000     0        0 101 1 0 20 4 30 10 -1
   2: 0100007F:C351 0200000A:1538 01 00000000:00000000 00:00000000 00000000     0        0 102 1 0 20 4 30 10 -1
   3: 0100007F:0BB8 0900000A:D431 08 00000000:00000000 00:00000000 00000000     0        0 103 1 0 20 4 30 10 -1
`;
const TABLE_6 = `  sl  local_address rem_address st
   0: 00000000000000000000000001000000:C352 00000000000000000000000001000000:18EB 01 0:0 00:0 0 0 0 104 1
   1: 0000000000000000FFFF00000100007F:C353 0000000000000000FFFF00000100007F:18EB 02 0:0 00:0 0 0 0 105 1
`;

test('connections are told by peer, and who called whom', () => {
  assert.deepEqual(groupByPeer(parseSockets([TABLE, TABLE_6])), [
    { direction: 'out', peer: '10.0.0.2:5432', state: 'ESTABLISHED', count: 2 },
    { direction: 'in', peer: '10.0.0.9 to port 3000', state: 'CLOSE_WAIT', count: 1 },
    { direction: 'out', peer: '[::1]:6379', state: 'ESTABLISHED', count: 1 },
    { direction: 'out', peer: '127.0.0.1:6379', state: 'SYN_SENT', count: 1 },
  ]);
});

test('a real connection of this process is found, of nobody none', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connected = once(server, 'connection');
  const socket = connect(port, '127.0.0.1');
  await connected;
  t.after(() => {
    socket.destroy();
    server.close();
  });
  const peers = await socketsByPeer(process.pid);
  assert.ok(peers.some(({ peer, direction }) => direction === 'in' && peer === `127.0.0.1 to port ${port}`));
  assert.deepEqual(await socketsByPeer(0), []);
});

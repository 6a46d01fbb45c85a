import assert from 'node:assert/strict';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import {
  parseConnections,
  peersOf,
  readConnections,
  readLinks,
  showAddress,
  socketInodes,
} from './connections.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1
   1: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 101 1
   2: 0100007F:C002 0700000A:1538 01 00000000:00000000 00:00000000 00000000     0        0 102 1
   3: 0100007F:C003 0700000A:1538 01 00000000:00000000 00:00000000 00000000     0        0 103 1
   4: 0100007F:C004 0100007F:18EB 01 00000000:00000000 00:00000000 00000000     0        0 104 1
   5: 0100007F:C005 0100007F:18EB 06 00000000:00000000 00:00000000 00000000     0        0 0 1
`;

test('addresses as people write them', () => {
  assert.equal(showAddress('0100007F:1538'), '127.0.0.1:5432');
  assert.equal(showAddress('0000000000000000FFFF00000700000A:1538'), '10.0.0.7:5432');
  assert.equal(showAddress('00000000000000000000000001000000:0050'), '[::1]:80');
  assert.equal(showAddress('B80D0120000000000000000001000000:01BB'), '[2001:db8::1]:443');
});

test('whom a process has connected to: of its own sockets, those that nobody has come in by', () => {
  const connections = parseConnections([TABLE]);
  assert.equal(connections.length, 4);
  const inodes = socketInodes(['socket:[101]', 'socket:[102]', 'socket:[103]', 'pipe:[104]', '/tmp/x']);
  assert.deepEqual(peersOf(connections, inodes), [{ peer: '10.0.0.7:5432', count: 2 }]);
});

test('of this process', { skip: process.platform !== 'linux' && 'needs Linux' }, async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const client = net.connect(port, '127.0.0.1');
  const accepted = await new Promise<net.Socket>((resolve) => server.once('connection', resolve));
  t.after(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  const peers = peersOf(await readConnections(process.pid), socketInodes(await readLinks(process.pid)));
  assert.deepEqual(
    peers.find(({ peer }) => peer === `127.0.0.1:${port}`),
    { peer: `127.0.0.1:${port}`, count: 1 },
  );
  assert.deepEqual(await readLinks(2 ** 30), [], 'a process that is not there');
});

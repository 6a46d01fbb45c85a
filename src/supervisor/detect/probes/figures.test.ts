import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { parseAcceptQueues, readFigures } from './figures.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000011 00:00000000 00000000     0        0 100 1
   1: 0100007F:1F91 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 100 1
   2: 0100007F:1F90 0100007F:C001 01 00000000:00000077 00:00000000 00000000     0        0 101 1
`;

test('what waits to be accepted is that of listening sockets of the port, in all tables', () => {
  assert.deepEqual([...parseAcceptQueues([TABLE, TABLE, ''], [8080, 9])], [[8080, 34]]);
});

test('a socket that listens is found in the table of the kernel', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  const { descriptors, acceptQueues } = await readFigures({
    workers: [],
    sockets: [{ address: '127.0.0.1', port, family: 'IPv4' }],
  });
  assert.equal(descriptors.size, 0);
  assert.deepEqual([...acceptQueues], [[port, 0]]);
});

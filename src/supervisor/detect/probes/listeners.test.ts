import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { parseListeners, readListeners } from './listeners.ts';

/** proc(5), /proc/net/tcp: one that listens, one that is connected, and one that listens and is another process's. */
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
   1: 0100007F:0BB8 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0 20 4 30 10 -1
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 13 1 0 100 0 0 10 0
`;

test("sockets that wait for clients are those in the kernel's state for it, and the process's own", () => {
  assert.deepEqual(parseListeners('tcp', TABLE, new Set(['11', '12'])), ['127.0.0.1:3000']);
  assert.deepEqual(parseListeners('udp', TABLE, new Set(['11', '12', '13'])), []);
});

test('a process that is gone listens nowhere', async () => {
  assert.deepEqual(await readListeners(2 ** 30), []);
});

test('what this process listens on, TCP and UDP', { skip: process.platform !== 'linux' }, async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => {
    server.close();
    socket.close();
  });
  const found = await readListeners(process.pid);
  const own = found.filter(({ pid }) => pid === process.pid);
  const tcp = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.ok(
    own.some(({ protocol, address }) => protocol === 'tcp' && address === tcp),
    JSON.stringify(found),
  );
  const udp = `127.0.0.1:${socket.address().port}`;
  assert.ok(
    own.some(({ protocol, address }) => protocol === 'udp' && address === udp),
    JSON.stringify(found),
  );
});

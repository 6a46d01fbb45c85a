import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { RelayedConnections } from './relayed-connections.ts';

/** Connections that an HTTP server gets when a client connects to `front`. */
async function connected(
  t: TestContext,
  server: http.Server,
  front: net.Server,
): Promise<{ relayed: RelayedConnections; relays: unknown[][]; client: net.Socket }> {
  const relays: unknown[][] = [];
  const relayed = new RelayedConnections((...relay) => relays.push(relay));
  server.prependListener('connection', (socket: net.Socket) => relayed.accepted(server, socket));
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const client = net.connect((front.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => {
    client.destroy();
    front.close();
  });
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(client, 'data');
  return { relayed, relays, client };
}

test('connections that another server has accepted count until they are closed', async (t) => {
  const server = http.createServer((_request, response) => response.end('well'));
  const front = net.createServer((socket) => server.emit('connection', socket));
  const { relayed, relays, client } = await connected(t, server, front);
  assert.deepEqual([relayed.count, relays], [1, [[server, front]]]);
  client.destroy();
  while (relayed.count > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('connections of a server that listens do not count', async (t) => {
  const server = http.createServer((_request, response) => response.end('well'));
  const { relayed, relays } = await connected(t, server, server);
  assert.deepEqual([relayed.count, relays], [0, []]);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { serveBounded } from './connections.ts';

interface Asked {
  readonly url: string | undefined;
  readonly response: ServerResponse;
}

/** A server whose answers the test gives. */
async function serving(t: TestContext, most?: number): Promise<{ port: number; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer();
  serveBounded(server, ({ url }, response) => asked.push({ url, response }), most);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, asked };
}

function connected(t: TestContext, port: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** Until the server has asked for another answer; every step in between is an event, not a time. */
async function untilAsked(asked: readonly Asked[], count: number): Promise<void> {
  while (asked.length < count) await new Promise((resolve) => setImmediate(resolve));
}

test('one request of a connection is answered at a time, in order', async (t) => {
  const { port, asked } = await serving(t);
  const socket = connected(t, port);
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  socket.write(['/1', '/2', '/3'].map(get).join(''));
  for (let n = 1; n <= 3; n += 1) {
    await untilAsked(asked, n);
    // The others are read by now, since all came in one piece.
    assert.equal(asked.length, n);
    asked[n - 1]?.response.end(`answer ${n}`);
  }
  while (!received.includes('answer 3')) await once(socket, 'data');
  assert.match(received, /answer 1[^]*answer 2[^]*answer 3/);
});

test('a connection with too many requests waiting is closed, and none of those is begun', async (t) => {
  const { port, asked } = await serving(t);
  const flooding = connected(t, port);
  const closed = once(flooding, 'close');
  flooding.write(get('/flood').repeat(1500));
  flooding.resume();
  await closed;
  assert.equal(asked.length, 1);
  const other = connected(t, port);
  other.write(get('/other'));
  await untilAsked(asked, 2);
  assert.equal(asked[1]?.url, '/other');
});

test('past the limit the connection that is not being answered is closed', async (t) => {
  const { port, asked } = await serving(t, 2);
  const busy = connected(t, port);
  busy.write(get('/1') + get('/2'));
  await untilAsked(asked, 1);
  asked[0]?.response.end();
  // The second of a connection counts as much as the first.
  await untilAsked(asked, 2);
  const idle = connected(t, port);
  await once(idle, 'connect');
  const third = connected(t, port);
  await once(idle, 'close');
  assert.ok(!busy.destroyed && !third.destroyed);
});

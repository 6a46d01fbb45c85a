// The connection to memcached, against servers that answer in pieces, late, wrongly or not at all.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '../../src/cache/store/memcached/connection.ts';

interface Scene {
  readonly connection: Connection;
  readonly sockets: Socket[];
  readonly server: Server;
}

async function scene(
  t: TestContext,
  onData: (socket: Socket, data: string) => void,
  timeoutMs: number = 200,
): Promise<Scene> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      onData(socket, data.toString('latin1'));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = new Connection({
    host: '127.0.0.1',
    port,
    timeoutMs,
    valueLimitBytes: 1000,
    random: () => 1,
  });
  t.after(() => {
    connection.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { connection, sockets, server };
}

/** Answers each line with itself, as a value. */
const echo = (socket: Socket, data: string): void => {
  for (const line of data.split('\r\n').slice(0, -1)) socket.write(`VA ${line.length} c1\r\n${line}\r\n`);
};

test('many commands go out at once, and each has its own reply', async (t) => {
  const { connection, sockets } = await scene(t, echo, 10_000);
  const replies = await Promise.all(
    Array.from({ length: 3000 }, (_, i) => connection.send(`command ${i}\r\n`)),
  );
  for (const [i, { value }] of replies.entries()) assert.equal(String(value), `command ${i}`);
  assert.equal(sockets.length, 1);
});

test('a reply that does not come ends the connection, as later ones would be taken for others; the next is new', async (t) => {
  let isDeaf = true;
  const { connection, sockets } = await scene(
    t,
    (socket, data) => {
      if (isDeaf) return;
      echo(socket, data);
    },
    500,
  );
  const lost = await Promise.allSettled([connection.send('a\r\n'), connection.send('b\r\n')]);
  for (const { status } of lost) assert.equal(status, 'rejected');
  isDeaf = false;
  assert.equal(String((await connection.send('c\r\n')).value), 'c');
  assert.equal(sockets.length, 2);
  sockets[0]?.write('VA 1 c1\r\nx\r\n');
  assert.equal(String((await connection.send('d\r\n')).value), 'd');
});

test('garbage ends the connection, and what waits for a reply fails', async (t) => {
  let answer = '<html>\r\n';
  const { connection, sockets } = await scene(t, (socket) => socket.write(answer));
  const lost = await Promise.allSettled([connection.send('a\r\n'), connection.send('b\r\n')]);
  assert.deepEqual(
    lost.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  answer = 'HD\r\n';
  assert.equal((await connection.send('a\r\n')).code, 'HD');
  assert.equal(sockets.length, 2);
});

test('a reply that nobody asked for ends the connection', async (t) => {
  const { connection, sockets } = await scene(t, (socket) => socket.write('HD\r\nHD\r\n'));
  await connection.send('a\r\n');
  const [socket] = sockets;
  assert.ok(socket !== undefined);
  await once(socket, 'close');
  assert.equal((await connection.send('a\r\n')).code, 'HD');
});

test('where nobody listens it is tried less and less often, and not in between', async (t) => {
  const { connection, server } = await scene(t, echo);
  server.close();
  await once(server, 'close');
  const codes: string[] = [];
  const began = performance.now();
  let tries = 0;
  while (performance.now() - began < 400) {
    const at = performance.now();
    await connection.send('a\r\n').catch((error: unknown) => {
      const { code } = error as { code: string };
      if (code === 'ECONNREFUSED') tries += 1;
      codes.push(code);
    });
    assert.ok(performance.now() - at < 200);
    await delay(1);
  }
  // At 0, then at once, as it had never failed; then after 50, 100 and 200 ms.
  assert.ok(tries >= 2 && tries <= 5, `${tries} of ${codes.length}`);
});

test('closed, it sends nothing, and what waits fails', async (t) => {
  const { connection } = await scene(t, () => {});
  const waits = connection.send('a\r\n');
  connection.close();
  await assert.rejects(waits, { code: 'RESPITE_CACHE_NOT_CONNECTED' });
  await assert.rejects(connection.send('a\r\n'), { code: 'RESPITE_CACHE_NOT_CONNECTED' });
});

test('values are bytes, whatever is in them', async (t) => {
  const value = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const expected = `ms key 256\r\n${value.toString('latin1')}\r\n`;
  let received = '';
  const { connection } = await scene(t, (socket, data) => {
    received += data;
    if (received.length >= expected.length) socket.write('HD\r\n');
  });
  assert.equal((await connection.send('ms key 256\r\n', value)).code, 'HD');
  assert.equal(received, expected);
});

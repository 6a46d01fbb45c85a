import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test, type TestContext } from 'node:test';
import { TcpProxy } from './proxy.ts';
import type { Direction, Toxic } from './toxics.ts';

/** Answers `hello` with as much as it is asked for: `<bytes>\n`. */
async function origin(t: TestContext): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => socket.write('x'.repeat(Number(chunk.toString()))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as net.AddressInfo).port;
}

interface Client {
  readonly socket: net.Socket;
  readonly received: () => number;
  readonly chunks: number[];
  /** `end`, `close`, or the code of an error. */
  readonly ended: Promise<string>;
  /** Waits for that many bytes in all. */
  readonly bytes: (count: number) => Promise<number>;
}

function connect(t: TestContext, port: number): Client {
  const socket = net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  const chunks: number[] = [];
  const received = (): number => chunks.reduce((sum, bytes) => sum + bytes, 0);
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    socket.on('end', () => resolve('end'));
    socket.on('close', () => resolve('close'));
  });
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk.length);
    socket.emit('more');
  });
  const bytes = async (count: number): Promise<number> => {
    const startedMs = performance.now();
    while (received() < count) await once(socket, 'more');
    return performance.now() - startedMs;
  };
  return { socket, received, chunks, ended, bytes };
}

async function started(t: TestContext): Promise<{ readonly proxy: TcpProxy; readonly port: number }> {
  const proxy = new TcpProxy({ to: { host: '127.0.0.1', port: await origin(t) }, random: () => 0.5 });
  t.after(() => proxy.close());
  return { proxy, port: await proxy.start() };
}

/** A connection through a proxy that has answered once, and then has become bad. */
async function through(
  t: TestContext,
  toxic: Toxic,
  direction?: Direction,
): Promise<Client & { readonly proxy: TcpProxy; readonly port: number }> {
  const { proxy, port } = await started(t);
  const client = connect(t, port);
  client.socket.write('10');
  await client.bytes(10);
  await proxy.add(toxic, direction);
  return { ...client, proxy, port };
}

test('without toxics everything passes, both ways, as it is', async (t) => {
  const { proxy, port } = await started(t);
  const client = connect(t, port);
  client.socket.write('3000000');
  await client.bytes(3_000_000);
  assert.equal(proxy.connections, 1);
  client.socket.end();
  assert.equal(await client.ended, 'end');
});

test('latency delays each answer', async (t) => {
  const client = await through(t, { kind: 'latency', latencyMs: 200 });
  client.socket.write('10');
  const tookMs = await client.bytes(20);
  assert.ok(tookMs >= 190, `${tookMs} ms`);
});

test('what is delayed goes on when the latency is removed', async (t) => {
  const client = await through(t, { kind: 'latency', latencyMs: 600_000 });
  client.socket.write('10');
  await client.proxy.clear();
  await client.bytes(20);
});

test('latency upstream delays the request', async (t) => {
  const client = await through(t, { kind: 'latency', latencyMs: 200, jitterMs: 50 }, 'upstream');
  client.socket.write('10');
  const tookMs = await client.bytes(20);
  assert.ok(tookMs >= 190, `${tookMs} ms`);
});

test('bandwidth bounds the throughput', async (t) => {
  const client = await through(t, { kind: 'bandwidth', bytesPerSecond: 100_000 });
  client.socket.write('40000');
  const tookMs = await client.bytes(40_010);
  assert.ok(tookMs >= 350, `${tookMs} ms`);
});

test('slow_close delays the end', async (t) => {
  const client = await through(t, { kind: 'slow_close', delayMs: 200 }, 'upstream');
  const startedMs = performance.now();
  client.socket.end();
  await client.ended;
  const tookMs = performance.now() - startedMs;
  assert.ok(tookMs >= 190, `${tookMs} ms`);
});

test('timeout 0 stops all data until it is removed; nothing is lost', async (t) => {
  const client = await through(t, { kind: 'timeout', timeoutMs: 0 });
  client.socket.write('10');
  const probe = connect(t, client.port);
  await once(probe.socket, 'connect');
  assert.equal(client.received(), 10);
  await client.proxy.clear();
  await client.bytes(20);
});

test('timeout closes the connection after its time', async (t) => {
  const client = await through(t, { kind: 'timeout', timeoutMs: 50 });
  client.socket.write('10');
  assert.match(await client.ended, /end|close/);
  assert.equal(client.received(), 10);
});

test('reset_peer resets, also a connection that is idle', async (t) => {
  const client = await through(t, { kind: 'reset_peer', timeoutMs: 0 });
  assert.equal(await client.ended, 'ECONNRESET');
});

test('timeout also closes a connection that came later and on which nothing is sent', async (t) => {
  const { proxy, port } = await started(t);
  await proxy.add({ kind: 'timeout', timeoutMs: 50 });
  assert.match(await connect(t, port).ended, /end|close/);
});

test('slicer sends in small pieces', async (t) => {
  const client = await through(t, { kind: 'slicer', averageBytes: 10, delayMs: 5 });
  client.socket.write('100');
  await client.bytes(110);
  assert.ok(client.chunks.length > 3, `${client.chunks.length} chunks`);
});

test('limit_data closes after its number of bytes', async (t) => {
  const client = await through(t, { kind: 'limit_data', bytes: 25 });
  client.socket.write('100');
  await client.ended;
  assert.equal(client.received(), 25);
});

test('down ends connections and refuses new ones, until it is removed', async (t) => {
  const client = await through(t, { kind: 'down' });
  assert.match(await client.ended, /end|close|ECONNRESET/);
  assert.equal(await connect(t, client.port).ended, 'ECONNREFUSED');
  await client.proxy.clear();
  const again = connect(t, client.port);
  again.socket.write('10');
  await again.bytes(10);
});

test('a server that can’t be reached ends the connection', async (t) => {
  const { port: unused, proxy: first } = await started(t);
  await first.close();
  const proxy = new TcpProxy({ to: { host: '127.0.0.1', port: unused } });
  t.after(() => proxy.close());
  assert.match(await connect(t, await proxy.start()).ended, /end|close|ECONNRESET/);
});

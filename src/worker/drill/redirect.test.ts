import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import net from 'node:net';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Lease } from './lease.ts';
import { isSame, redirect } from './redirect.ts';

/** A lease, and how it ends. */
function held(t: TestContext): { readonly lease: Lease; readonly end: () => void } {
  const file = path.join(
    tmpdir(),
    `respite-drill-test-${process.pid}-${Math.trunc(performance.now() * 1000)}`,
  );
  writeFileSync(file, '');
  const end = (): void => rmSync(file, { force: true });
  t.after(end);
  return { lease: new Lease(file), end };
}

async function listening(t: TestContext): Promise<{ readonly server: net.Server; readonly port: number }> {
  const server = net.createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { server, port: (server.address() as net.AddressInfo).port };
}

/** @returns The port that the connection has led to. */
async function portReached(socket: net.Socket): Promise<number | undefined> {
  await once(socket, 'connect');
  const { remotePort } = socket;
  socket.destroy();
  return remotePort;
}

test('connections to a dependency lead elsewhere until the lease ends; others do not', async (t) => {
  const [real, proxy, other] = [await listening(t), await listening(t), await listening(t)];
  const { lease, end } = held(t);
  const before = net.Socket.prototype.connect;
  redirect(lease, { host: 'localhost', port: real.port }, { host: '127.0.0.1', port: proxy.port });
  assert.equal(await portReached(net.connect(real.port, '127.0.0.1')), proxy.port);
  assert.equal(await portReached(net.connect({ port: real.port, host: '127.0.0.1' })), proxy.port);
  assert.equal(await portReached(new net.Socket().connect(real.port, '127.0.0.1')), proxy.port);
  assert.equal(await portReached(net.connect(other.port, '127.0.0.1')), other.port);
  end();
  assert.equal(await portReached(net.connect(real.port, '127.0.0.1')), real.port);
  // Timers of a lease do not keep a process alive.
  const alive = setInterval(() => {}, 1000);
  while (net.Socket.prototype.connect !== before) await new Promise((resolve) => setTimeout(resolve, 20));
  clearInterval(alive);
});

test('all names of the loopback interface are one; a Unix socket is never a dependency', () => {
  const local = { host: '127.0.0.1', port: 5432 };
  for (const host of [undefined, 'localhost', '::1', '127.0.0.1'])
    assert.ok(isSame({ host, port: '5432' }, local));
  assert.ok(isSame({ host: 'DB.internal', port: 1 }, { host: 'db.internal', port: 1 }));
  assert.ok(!isSame({ host: 'db.internal', port: 5432 }, local));
  assert.ok(!isSame({ host: 'localhost', port: 5433 }, local));
  assert.ok(!isSame({ path: '/run/postgres.sock', port: 5432 }, local));
});

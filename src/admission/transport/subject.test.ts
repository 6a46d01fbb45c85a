// A protected server and its clients, for tests of transports on real sockets.
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { type TestContext } from 'node:test';
import type { AdmissionOptions } from '../options.ts';
import { protect, type Protection } from '../protect.ts';

export interface Subject {
  readonly port: number;
  readonly protection: Protection;
}

export const OPTIONS: AdmissionOptions = { limit: 1, turnBudget: false, priority: false };

export async function start(
  t: TestContext,
  server: net.Server,
  options: AdmissionOptions = OPTIONS,
): Promise<Subject> {
  const protection = protect(server, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  t.after(() => {
    if (server instanceof http.Server) for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, protection };
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

export async function connect(t: TestContext, port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Takes the only place of a server. */
export async function occupy(t: TestContext, { port, protection }: Subject): Promise<void> {
  const socket = await connect(t, port);
  socket.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => protection.stats().inFlight === 1);
}

export async function session(t: TestContext, port: number): Promise<http2.ClientHttp2Session> {
  const client = http2.connect(`http://127.0.0.1:${port}`);
  client.on('error', () => {});
  t.after(() => client.destroy());
  await once(client, 'connect');
  return client;
}

/** Unlike `once`, it doesn't fail with an error that comes before. */
export function closeOf(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => stream.once('close', () => resolve()));
}

export function hold(): void {}

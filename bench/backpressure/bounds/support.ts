// What the cases share: servers and clients in one process, over real sockets. Bounds are measured here, not speed.
import { once } from 'node:events';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Channel } from 'respite/backpressure';

export const KB = 1024;
export const MB = 1024 * KB;

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A client that reads nothing by itself. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Messages of 8 KB that nobody else has, as long as the channel is open. @returns Once it is closed. */
export async function flood(channel: Channel): Promise<void> {
  for (let i = 0; ; i += 1) {
    const isReady = await channel.ready();
    if (!isReady) return;
    channel.write(Buffer.alloc(8 * KB, i));
  }
}

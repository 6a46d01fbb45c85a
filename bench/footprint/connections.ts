// Kept-alive connections that wait for their next request.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** As many are opened at once: a burst would be shed by a worker that has just started. */
const AT_ONCE = 8;

/** Opens them and has each answered once. @returns Closes them. */
export async function idleConnections(port: number, count: number): Promise<() => void> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, () => answered(port));
    sockets.push(...(await Promise.all(some)));
  }
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

async function answered(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(REQUEST);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString('latin1').startsWith('HTTP/1.1 200 '))
    throw new Error(`a connection was answered ${answer.toString('latin1')}`);
  return socket;
}

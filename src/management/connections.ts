// What whoever reaches the port may hold of it: connections, time and bytes. A probe has to get in however many others are there.
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A console in each of some browsers, a scraper or two, and probes, all at a time. */
const MAX_CONNECTIONS = 256;

/** No endpoint takes a body. One that is no longer is read and thrown away, so that the connection can go on. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * A health check is one small request; whoever takes longer to send one is holding a socket. Node.js looks for those every 30
 * seconds if it isn't told otherwise.
 */
export const TIMEOUTS: ServerOptions = Object.freeze({
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
});

/** Bounds what connections to `server` may hold. */
export function boundConnections(server: Server, most: number = MAX_CONNECTIONS): void {
  /** The oldest first; true while a request on it is being answered. */
  const connections = new Map<Socket, boolean>();

  server.on('connection', (socket: Socket) => {
    connections.set(socket, false);
    socket.once('close', () => connections.delete(socket));
    // Refusing the newest would let those who came first keep everybody out.
    if (connections.size > most) giveUp(connections);
  });
  // Before whoever answers.
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    connections.set(socket, true);
    response.once('close', () => {
      if (connections.has(socket)) connections.set(socket, false);
    });
    if (bodyBytes(request) <= MAX_BODY_BYTES) return;
    response.setHeader('Connection', 'close');
    // What still comes is not read: with the answer the client learns that nobody waits for it.
    response.once('finish', () => socket.destroySoon());
  });
}

/** The one that has done nothing for longest, or if none is idle the oldest. */
function giveUp(connections: ReadonlyMap<Socket, boolean>): void {
  let oldest: Socket | undefined;
  for (const [socket, isBusy] of connections) {
    oldest ??= socket;
    if (isBusy) continue;
    socket.destroy();
    return;
  }
  oldest?.destroy();
}

/** Infinite when nobody knows beforehand. */
function bodyBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Infinity;
  return Number(headers['content-length'] ?? 0);
}

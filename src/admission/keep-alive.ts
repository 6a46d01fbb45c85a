// Shorter keep-alive, while shedding lasts: idle connections are given back, and their clients may find another instance.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * Long enough that clients keep a connection between two requests of a burst: Node.js's agent closes an idle one 1 s before
 * what the server says, undici 2 s before.
 */
const SHORT_MS = 3000;

/** What Node.js adds on the server's side, so that the client closes first. */
const BUFFER_MS = 1000;

/** What Node.js keeps without documenting it; the same from Node.js 18 to 26. */
interface Internals {
  _keepAliveTimeout: number;
}

/** The connection of this request stays open for 3 s after it, unless it is closed earlier anyway. */
export function shortenKeepAlive({ socket }: IncomingMessage, response: ServerResponse): void {
  const { server } = socket as unknown as { server?: Pick<Server, 'keepAliveTimeout'> };
  if (server === undefined || server.keepAliveTimeout <= SHORT_MS) return;
  (response as unknown as Internals)._keepAliveTimeout = SHORT_MS;
  // Node.js has set its own time-out by then, and takes it back when the next request comes.
  response.on('finish', () => {
    if (response.shouldKeepAlive) socket.setTimeout(SHORT_MS + BUFFER_MS);
  });
}

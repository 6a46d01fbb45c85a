// Bounds what clients may hold of the port: connections, requests, time and bytes. A probe gets in however many others are there.
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A console in each of some browsers, a scraper or two, and probes, all at a time. */
const MAX_CONNECTIONS = 256;

/** Maximum size of a body. One that no endpoint takes is read and thrown away up to this, so that the connection can go on. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * A health check is one small request; a client that takes longer to send one is holding a socket. Node.js looks for those every 30
 * seconds if it isn't told otherwise.
 */
export const TIMEOUTS: ServerOptions = Object.freeze({
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
});

/**
 * Maximum number of requests that wait on one connection while an earlier one is answered. Scrapers, probes, browsers and curl send the
 * next request when they have the answer to the last one; only pipelining makes requests wait.
 */
const MAX_WAITING = 16;

/**
 * Maximum number of bytes that the HTTP parser gets at a time. It makes a request of every head in them, also when the connection is to
 * be closed because of the first few; a read has 64 KB, 2,000 requests and 40 ms of processor time.
 */
const PIECE_BYTES = 1024;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Connection {
  /** A request on it is being answered. */
  isBusy: boolean;
  readonly waiting: Exchange[];
}

/**
 * Answers the requests of `server`, on each connection one at a time, and bounds what connections may hold. Node.js would start an
 * answer to every request of a read at once, and no limit of connections bounds their memory.
 */
export function serveBounded(
  server: Server,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  most: number = MAX_CONNECTIONS,
): void {
  /** The oldest first. */
  const connections = new Map<Socket, Connection>();

  server.on('connection', (socket: Socket) => {
    connections.set(socket, { isBusy: false, waiting: [] });
    socket.once('close', () => connections.delete(socket));
    // Closing the newest would let those who came first keep everybody out.
    if (connections.size > most) giveUp(connections);
    parseInPieces(socket);
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const connection = connections.get(socket);
    // The parser goes on with what it has read of a connection that was closed meanwhile.
    if (connection === undefined || socket.destroyed) return;
    if (!connection.isBusy) begin(connection, { request, response });
    else if (connection.waiting.length < MAX_WAITING) connection.waiting.push({ request, response });
    else socket.destroy();
  });

  function begin(connection: Connection, { request, response }: Exchange): void {
    connection.isBusy = true;
    // Also when the connection has ended.
    response.once('close', () => {
      connection.isBusy = false;
      const next = connection.waiting.shift();
      if (next !== undefined && !request.socket.destroyed) begin(connection, next);
    });
    if (bodyBytes(request) > MAX_BODY_BYTES) {
      response.setHeader('Connection', 'close');
      // What still comes is not read: with the answer the client learns that it is not waited for.
      response.once('finish', () => request.socket.destroySoon());
    }
    answer(request, response);
  }
}

/** The body of a request, as text. Rejects when it is longer than {@link MAX_BODY_BYTES}, and when the client has gone. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`the body is longer than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Puts itself between a socket and Node.js's HTTP parser, which listens to it by now. */
function parseInPieces(socket: Socket): void {
  for (const parse of socket.listeners('data') as ((piece: Buffer) => void)[]) {
    socket.off('data', parse);
    socket.on('data', (read: Buffer) => {
      for (let at = 0; at < read.length && !socket.destroyed; at += PIECE_BYTES) {
        // By Node.js, because this client takes no answers.
        if (socket.isPaused()) {
          socket.unshift(read.subarray(at));
          return;
        }
        parse.call(socket, read.subarray(at, at + PIECE_BYTES));
      }
    });
  }
}

/** The one that has done nothing for longest, or if none is idle the oldest. */
function giveUp(connections: ReadonlyMap<Socket, Connection>): void {
  let oldest: Socket | undefined;
  for (const [socket, { isBusy }] of connections) {
    oldest ??= socket;
    if (isBusy) continue;
    socket.destroy();
    return;
  }
  oldest?.destroy();
}

/** Infinite when it is not known beforehand. */
function bodyBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Infinity;
  return Number(headers['content-length'] ?? 0);
}

// Answers what was shed, in each of HTTP's ways, and takes care of the body that may still be under way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Shed } from './admission.ts';
import { UNKNOWN_LENGTH } from './body-budget.ts';

/** Up to this much of a refused body is read and thrown away, so that the connection can be used again. */
const MAX_DRAINED_BYTES = 64 * 1024;

/**
 * How long a connection stays half open after a refusal whose body we did not read. Closing it at once would reset it,
 * and the reset would overtake the response (RFC 9112 section 9.6); reading on would be the work we refused.
 */
const LINGER_MS = 1000;

const BODIES: Readonly<Record<Shed['status'], string>> = {
  429: 'This request was refused to keep room for more urgent ones. Try again later.\n',
  503: 'This server is busy. Try again later.\n',
};

/** Not node:http's own list: importing that module costs a worker 30 ms, and its server may not need it. */
const REASON_PHRASES: Readonly<Record<Shed['status'], string>> = {
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** What Node.js keeps on a request and its socket without documenting it; the same from Node.js 18 to 26. */
interface Internals {
  /** True makes Node.js believe that somebody reads the body, so that it doesn't read it all once we have answered. */
  _consuming: boolean;
  destroySoon(): void;
}

/** Answers an HTTP/1 request. The connection survives if the body is small and not held back by `Expect`. */
export function refuseRequest(
  request: IncomingMessage,
  response: ServerResponse,
  shed: Shed,
  bodyBytes: number,
  expectsContinue: boolean,
): void {
  const body = BODIES[shed.status];
  if (shed.closes) response.shouldKeepAlive = false;
  const leavesBody = expectsContinue || bodyBytes === UNKNOWN_LENGTH || bodyBytes > MAX_DRAINED_BYTES;
  if (leavesBody) {
    response.shouldKeepAlive = false;
    (request as unknown as Internals)._consuming = true;
    (request.socket as unknown as Internals).destroySoon = closeLingering;
  }
  response.writeHead(shed.status, [
    'Content-Type',
    'text/plain; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-store',
    'Retry-After',
    String(shed.retryAfterSeconds),
    'Respite-Shed',
    shed.reason,
  ]);
  response.end(body);
}

/** Ends a request whose handler is already at work: for the handler it is as if the client had gone away. */
export function refuseMidway(response: ServerResponse, shed: Shed): void {
  const { socket } = response;
  if (socket === null) return;
  if (!response.headersSent) socket.write(rawResponse(shed));
  closeLingering.call(socket);
}

/** Answers a request to leave HTTP (WebSocket, CONNECT) on the bare connection. */
export function refuseUpgrade(socket: Duplex, shed: Shed): void {
  socket.end(rawResponse(shed), () => socket.destroy());
}

/** Answers an HTTP/2 request and tells the peer to stop sending its body (RFC 9113 section 8.1). */
export function refuseStream(stream: ServerHttp2Stream, shed: Shed): void {
  stream.respond({
    ':status': shed.status,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': String(shed.retryAfterSeconds),
    'respite-shed': shed.reason,
  });
  stream.end(BODIES[shed.status]);
}

function closeLingering(this: Socket): void {
  this.end();
  setTimeout(() => this.destroy(), LINGER_MS).unref();
}

function rawResponse(shed: Shed): string {
  const body = BODIES[shed.status];
  return [
    `HTTP/1.1 ${shed.status} ${REASON_PHRASES[shed.status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    `Retry-After: ${shed.retryAfterSeconds}`,
    `Respite-Shed: ${shed.reason}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

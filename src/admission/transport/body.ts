import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { UNKNOWN_LENGTH } from '../in-flight/body.ts';
import type { RequestInFlight } from '../in-flight/request.ts';

/** How long a request's body is by its headers; RFC 9112 section 6.3: without either header there is none. */
export function declaredBodyBytes(headers: IncomingHttpHeaders): number {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length);
  return headers['transfer-encoding'] === undefined ? 0 : UNKNOWN_LENGTH;
}

/**
 * Counts a body while it arrives. When it does not fit into the budget, calls `onOverrun`, once, and nothing more reaches
 * the reader, not even the end: what was cut must not look complete.
 */
export function countBody(body: Readable, request: RequestInFlight, onOverrun: () => void): void {
  request.admission.watchBody(request, () => body.readableLength);
  if (request.body === undefined) return;
  const { push } = body;
  let isCut = false;
  body.push = (chunk: Buffer | string | null, encoding?: BufferEncoding): boolean => {
    if (isCut) return false;
    if (chunk === null) return push.call(body, chunk);
    const takesMore = push.call(body, chunk, encoding);
    if (request.admission.bodyArrived(request, Buffer.byteLength(chunk, encoding))) return takesMore;
    isCut = true;
    onOverrun();
    return false;
  };
}

/** What a reader gets whose client has gone away. */
export function connectionReset(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}

/** For streams that no user has seen, and sockets that Node.js has taken its own listener from: no listener is left that could use the error. */
export function ignoreError(): void {}

import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { UNKNOWN_LENGTH } from './body-budget.ts';
import type { Permit } from './permit.ts';

/** How long a request's body is by its headers; RFC 9112 section 6.3: without either header there is none. */
export function declaredBodyBytes(headers: IncomingHttpHeaders): number {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length);
  return headers['transfer-encoding'] === undefined ? 0 : UNKNOWN_LENGTH;
}

/**
 * Charges a body of unknown length to the permit while it arrives. Once the permit refuses, nothing more reaches the
 * reader, and `onOverrun` is called, once.
 */
export function chargeAsItArrives(body: Readable, permit: Permit, onOverrun: () => void): void {
  const { push } = body;
  let overrun = false;
  body.push = (chunk: Buffer | string | null, encoding?: BufferEncoding): boolean => {
    if (chunk === null) return push.call(body, chunk);
    if (overrun) return false;
    if (permit.charge(Buffer.byteLength(chunk))) return push.call(body, chunk, encoding);
    overrun = true;
    onOverrun();
    return false;
  };
}

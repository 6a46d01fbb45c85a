// Errors for handlers that use their response wrongly. They are Node.js's own: it does the same to a response without a client.
import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isUint8Array } from 'node:util/types';

/** No line breaks, no characters beyond Latin-1, as node:http has it. */
const REASON = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** A status or a reason phrase that can't be sent. */
export function checkHead(req: IncomingMessage, status: number, reason: string | undefined): void {
  const isFine = Number.isInteger(status) && status >= 100 && status <= 999 && REASON.test(reason ?? '');
  if (!isFine) new ServerResponse(req).writeHead(status, reason);
}

/** A piece of a body that is neither a string nor bytes. */
export function checkChunk(req: IncomingMessage, chunk: unknown): void {
  if (typeof chunk !== 'string' && !isUint8Array(chunk)) begun(req).write(chunk);
}

/** A flat list of header fields that has a name without a value. */
export function checkPairs(req: IncomingMessage, headers: readonly unknown[]): void {
  if (!Array.isArray(headers[0]) && headers.length % 2 === 1)
    new ServerResponse(req).writeHead(200, headers as unknown as OutgoingHttpHeaders);
}

/** The header fields have been sent, as far as a handler can know. */
export function headersSent(req: IncomingMessage, then: (res: ServerResponse) => unknown): never {
  // `then` throws for HTTP/1, in the words for what was tried.
  if (req.httpVersionMajor === 1) then(begun(req));
  throw withCode('ERR_HTTP2_HEADERS_SENT', 'Response has already been initiated.');
}

export function writeAfterEnd(): Error {
  return withCode('ERR_STREAM_WRITE_AFTER_END', 'write after end');
}

function begun(req: IncomingMessage): ServerResponse {
  return new ServerResponse(req).writeHead(200);
}

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

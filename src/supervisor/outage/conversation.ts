// What the fallback responder says to one client. Pure: bytes in, bytes out.
import { type ResolvedShedResponse, SHED_RESPONSE_DEFAULTS } from '../../admission/shed/options.ts';
import { rawResponse, type ReaderHeaders, shedResponse } from '../../admission/shed/response.ts';

/** The first byte of every TLS connection: a record of type handshake (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 0x16;

/** How an HTTP/2 client begins (RFC 9113 section 3.4). */
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** As the server's preface has to be: length 0, type 4, no flags, stream 0. */
const SETTINGS: Buffer = Buffer.from('000000040000000000', 'hex');

/**
 * Length 8, type 7, no flags, stream 0; last stream 0, NO_ERROR: the client knows that none of its requests was looked at, so it
 * may send them again (RFC 9113 sections 6.8 and 8.7).
 */
const GOAWAY: Buffer = Buffer.from('0000080700000000000000000000000000', 'hex');

const HTTP2_ANSWER: Buffer = Buffer.concat([SETTINGS, GOAWAY]);

/** More than Node.js takes (16 KiB): there is nothing in it that would change the answer. */
const LONGEST_HEAD = 16 * 1024;

const END_OF_HEAD = '\r\n\r\n';
const TEXT = 'This server is not available at the moment. Try again later.';

/** What to do next: read on, close without a word, or say something, wait for the client to have it and close. */
export type Reply =
  | { readonly kind: 'more' }
  | { readonly kind: 'close' }
  | { readonly kind: 'say'; readonly bytes: Buffer | string };

const MORE: Reply = { kind: 'more' };
const CLOSE: Reply = { kind: 'close' };

/** What a connection gets, given everything that has come from it so far. */
export function reply(
  received: Buffer,
  retryAfterSeconds: number,
  options: ResolvedShedResponse = SHED_RESPONSE_DEFAULTS,
): Reply {
  if (received.length === 0) return MORE;
  // Without the certificate there is nothing to be said; a connection that ends is something that every client understands.
  if (received[0] === TLS_HANDSHAKE) return CLOSE;
  const text = received.toString('latin1', 0, Math.min(received.length, LONGEST_HEAD));
  if (text.startsWith(HTTP2_PREFACE)) return { kind: 'say', bytes: HTTP2_ANSWER };
  if (HTTP2_PREFACE.startsWith(text)) return MORE;
  if (!text.includes(END_OF_HEAD) && received.length < LONGEST_HEAD) return MORE;
  const saying = { status: 503, reason: 'no-worker', retryAfterSeconds } as const;
  const answer = shedResponse(saying, readerOf(text), options, TEXT);
  return { kind: 'say', bytes: rawResponse(answer, text.startsWith('HEAD ')) };
}

/** The headers that the answer depends on. */
function readerOf(text: string): ReaderHeaders {
  const reader: Record<string, string> = {};
  const [head = ''] = text.split(END_OF_HEAD, 1);
  for (const line of head.split('\r\n')) {
    const [, name = '', value = ''] = /^(accept|content-type|origin):[ \t]*(.*?)[ \t]*$/i.exec(line) ?? [];
    if (name !== '') reader[name.toLowerCase()] = value;
  }
  return reader;
}

import type { Outcome } from './outcome.ts';

/** Codes of errors before a connection was there: the peer has not seen the request. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Codes of connections that broke. Errors of the HTTP parser begin with HPE_. */
const LOST: ReadonlySet<string> = new Set(['ECONNABORTED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

const TIMED_OUT: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
]);

/** Maximum causes that are followed: chains can be circular. */
const MAX_DEPTH = 5;

/**
 * What an error of `fetch` or undici says. An unknown one says nothing about the peer and is not repeated: most are about the request.
 *
 * @param mayHaveRedirected The error may be of a second request, to which the first one led.
 */
export function outcomeOfError(error: unknown, mayHaveRedirected: boolean): Outcome {
  const code = codeOf(error);
  if (code === undefined) return { kind: 'withdrawn' };
  if (NOT_SENT.has(code)) return { kind: mayHaveRedirected ? 'connection-lost' : 'not-sent' };
  if (LOST.has(code) || code.startsWith('HPE_')) return { kind: 'connection-lost' };
  return { kind: TIMED_OUT.has(code) ? 'timed-out' : 'withdrawn' };
}

/** The innermost code of an error and its causes. */
function codeOf(error: unknown): string | undefined {
  let code: string | undefined;
  let current: unknown = error;
  for (let depth = 0; depth < MAX_DEPTH && current instanceof Error; depth += 1) {
    const own: unknown = (current as { readonly code?: unknown }).code;
    if (typeof own === 'string') code = own;
    current = current.cause;
  }
  return code;
}

// What a shed request is answered with, in words that its reader understands: text, JSON or gRPC. Transports send it.
import type { ResolvedShedCors, ResolvedShedResponse } from './options.ts';
import type { ShedStatus } from '../options.ts';

/** The parts of a shed request's head that the answer depends on. */
export interface ReaderHeaders {
  readonly accept?: string | undefined;
  readonly 'content-type'?: string | undefined;
  readonly origin?: string | undefined;
}

/** What an answer says. */
export interface Saying {
  readonly status: ShedStatus;
  readonly reason: string;
  readonly retryAfterSeconds: number;
  /** Callers should not send the request again. Default false. */
  readonly forbidsRetry?: boolean | undefined;
}

/** A prepared answer. */
export interface ShedResponse {
  readonly status: number;
  /** Names and values in turn; `Content-Length` is among them where there is a body. */
  readonly headers: string[];
  readonly body: string;
}

const TEXTS: Readonly<Record<ShedStatus, string>> = {
  429: 'This request was shed to keep room for more urgent ones. Try again later.',
  503: 'This server is busy. Try again later.',
};

/** Not node:http's own list: importing that module costs a worker 30 ms, and its server may not need it. */
const REASON_PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** Status of gRPC: UNAVAILABLE, which clients may retry. */
const GRPC_UNAVAILABLE = '14';

/** Headers that pages of other origins may read. */
const EXPOSED = 'Retry-After, Respite-Shed, Respite-Retry';

/** @param text What people read; by default the status in words. */
export function shedResponse(
  saying: Saying,
  reader: ReaderHeaders,
  { headers: additional, cors }: ResolvedShedResponse,
  text: string = TEXTS[saying.status],
): ShedResponse {
  const { status, reason, retryAfterSeconds, forbidsRetry = false } = saying;
  const type = reader['content-type'];
  const isGrpc = type !== undefined && type.startsWith('application/grpc');
  const isJson = !isGrpc && prefersJson(reader.accept);
  const body = isGrpc ? '' : isJson ? problem(saying, text) : `${text}\n`;
  const headers = [
    'Content-Type',
    isGrpc ? type : isJson ? 'application/problem+json' : 'text/plain; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-store',
    'Retry-After',
    String(retryAfterSeconds),
    'Respite-Shed',
    reason,
  ];
  if (forbidsRetry) headers.push('Respite-Retry', 'no');
  if (isGrpc) {
    headers.push('grpc-status', GRPC_UNAVAILABLE, 'grpc-message', text);
    // gRPC A6: a negative number forbids the retry.
    headers.push('grpc-retry-pushback-ms', forbidsRetry ? '-1' : String(1000 * retryAfterSeconds));
  }
  if (cors !== false) addCors(headers, cors, reader.origin);
  for (const each of additional) headers.push(each);
  return { status: isGrpc ? 200 : status, headers, body };
}

/** The answer as it travels over HTTP/1.1 on a connection that is closed after it. */
export function rawResponse({ status, headers, body }: ShedResponse, isHead: boolean = false): string {
  let text = `HTTP/1.1 ${status} ${REASON_PHRASES[status] ?? ''}\r\n`;
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}Connection: close\r\n\r\n${isHead ? '' : body}`;
}

/** RFC 9457. */
function problem({ status, reason, retryAfterSeconds }: Saying, text: string): string {
  const title = REASON_PHRASES[status];
  return `${JSON.stringify({ type: 'about:blank', title, status, detail: text, reason, retryAfterSeconds })}\n`;
}

function addCors(
  headers: string[],
  { origins, credentials }: ResolvedShedCors,
  origin: string | undefined,
): void {
  if (origins === '*') {
    // Only browsers ask, and only for pages of other origins.
    if (origin === undefined) return;
    headers.push('Access-Control-Allow-Origin', '*', 'Access-Control-Expose-Headers', EXPOSED);
    return;
  }
  headers.push('Vary', 'Origin');
  if (origin === undefined || !origins.includes(origin)) return;
  headers.push('Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', EXPOSED);
  if (credentials) headers.push('Access-Control-Allow-Credentials', 'true');
}

/** Whether a reader of this `Accept` rather has JSON than text: of equal ones the first counts. */
export function prefersJson(accept: string | undefined): boolean {
  if (accept === undefined || !accept.includes('json')) return false;
  let best = 0;
  let isJson = false;
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const isJsonRange = type === 'application/json' || type.endsWith('+json');
    if (!isJsonRange && !type.startsWith('text/') && type !== 'application/xhtml+xml') continue;
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    if (!(quality > best)) continue;
    best = quality;
    isJson = isJsonRange;
  }
  return isJson;
}

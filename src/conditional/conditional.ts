// Conditional requests, answered before the work is done (RFC 9110, 13).
import type { IncomingHttpHeaders } from 'node:http';
import { RespiteError } from '../core/errors.ts';
import { describeProblem, refuse } from '../core/options.ts';
import { formatHttpDate } from '../http/date.ts';
import { isEntityTag } from '../http/etag.ts';
import { evaluate, type FieldOf, type Precondition } from '../http/preconditions.ts';
import { madeTag, variantOf, withoutVariants, withVariant } from './tag.ts';

/** What is known of a resource before its content is made. Undefined or left out: not known. */
export interface ConditionalOptions {
  /** When it last changed, as a date or milliseconds since 1970. Makes Last-Modified and, without `etag`, a weak ETag. */
  readonly lastModified?: Date | number | undefined;
  /**
   * Its entity tag: `"abc"`, strong, for a response that is the same byte by byte as long as the tag is; `W/"abc"`, weak,
   * for one that means the same.
   */
  readonly etag?: string | undefined;
  /**
   * Whatever else tells two versions apart that were made within a millisecond, such as a revision. Becomes a part of the
   * ETag that is made of `lastModified`, which is strong then: `If-Match` needs that.
   */
  readonly version?: string | number | undefined;
  /** Cache-Control. Default `no-cache`: a response that is kept is to be asked about before it is used again. */
  readonly cacheControl?: string | undefined;
  /** Vary. What a request says in these fields becomes a part of the ETag that is made of `lastModified`. */
  readonly vary?: string | undefined;
  /** False where nothing is there yet; then `If-Match: *` fails and `If-None-Match: *` doesn't. Default true. */
  readonly exists?: boolean | undefined;
}

/** The parts of a request that are looked at: of node:http, https or http2, or of a framework that extends them. */
export interface ConditionalRequest {
  /** Undefined counts as `GET`. */
  readonly method?: string | undefined;
  /** With lower-case names, as Node.js has them. */
  readonly headers: IncomingHttpHeaders;
}

/** The parts of a response that are used. */
export interface ConditionalResponse {
  /** Set to 304 or 412 when the request is answered. */
  statusCode: number;
  /** Whether a header is set. */
  hasHeader(name: string): boolean;
  /** The value of a header that is set. */
  getHeader(name: string): number | string | readonly string[] | undefined;
  /** Sets a header. */
  setHeader(name: string, value: string): unknown;
  /** Ends the response without a body. */
  end(): unknown;
}

const KNOWN = ['lastModified', 'etag', 'version', 'cacheControl', 'vary', 'exists'];

/**
 * Answers a request with 304 if the client has the current version already, or with 412 if it meant another one. Ask it
 * before you make the content.
 *
 * Sets ETag, Last-Modified, Cache-Control and Vary for 304 and for the answer that follows; a 412 says `no-store`.
 *
 * @returns True if the request has been answered.
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for an entity tag or a date that is none.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { conditional } from 'respite/cache';
 *
 * createServer((request, response) => {
 *   if (conditional(request, response, { lastModified: folder.changedAt })) return;
 *   response.end(render(folder));
 * }).listen(3000);
 * ```
 */
export function conditional(
  request: ConditionalRequest,
  response: ConditionalResponse,
  options: ConditionalOptions,
): boolean {
  const { result, etag, lastModified } = compare(
    request.method ?? 'GET',
    (name) => joined(request.headers[name]),
    options,
  );
  if (result === 'failed') {
    // An answer to this request alone, and not about the resource: no cache may keep it, or take validators from it.
    response.statusCode = 412;
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-length', '0');
    response.end();
    return true;
  }
  if (etag !== undefined) response.setHeader('etag', etag);
  if (lastModified !== undefined) response.setHeader('last-modified', lastModified);
  const cacheControl = options.cacheControl ?? (response.hasHeader('cache-control') ? undefined : 'no-cache');
  if (cacheControl !== undefined) response.setHeader('cache-control', cacheControl);
  if (options.vary !== undefined) addVary(response, options.vary);
  if (result === 'proceed') return false;
  response.statusCode = 304;
  response.end();
  return true;
}

/** What {@link preconditions} has found. */
export interface Preconditions {
  /** What to answer in place of the work; undefined: do it. */
  readonly status: 304 | 412 | undefined;
  /** ETag, Last-Modified, Cache-Control and Vary, for 304 and for the answer that follows; `no-store` for 412. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The same as {@link conditional} for handlers that take a Request and return a Response, such as Hono's.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for an entity tag or a date that is none.
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { preconditions } from 'respite/cache';
 *
 * new Hono().get('/folder', (c) => {
 *   const { status, headers } = preconditions(c.req.raw, { lastModified: folder.changedAt });
 *   if (status !== undefined) return c.body(null, status, headers);
 *   return c.html(render(folder), 200, headers);
 * });
 * ```
 */
export function preconditions(request: Request, options: ConditionalOptions): Preconditions {
  const { result, etag, lastModified } = compare(
    request.method,
    (name) => request.headers.get(name) ?? undefined,
    options,
  );
  if (result === 'failed') return { status: 412, headers: { 'cache-control': 'no-store' } };
  const headers: Record<string, string> = { 'cache-control': options.cacheControl ?? 'no-cache' };
  if (etag !== undefined) headers['etag'] = etag;
  if (lastModified !== undefined) headers['last-modified'] = lastModified;
  if (options.vary !== undefined) headers['vary'] = options.vary;
  return { status: result === 'proceed' ? undefined : 304, headers };
}

function checked(options: ConditionalOptions): number | undefined {
  // Runs for each request, so without a declaration.
  for (const key of Object.keys(options)) {
    if (KNOWN.includes(key)) continue;
    const problem = { path: ['conditional', key], rule: '', value: undefined, known: KNOWN };
    throw new RespiteError('RESPITE_OPTIONS_INVALID', describeProblem(problem));
  }
  const { lastModified, etag } = options;
  const lastModifiedMs = lastModified instanceof Date ? lastModified.getTime() : lastModified;
  if (lastModifiedMs !== undefined && !Number.isFinite(lastModifiedMs))
    refuse(['conditional', 'lastModified'], 'a date or milliseconds since 1970', lastModifiedMs);
  if (etag !== undefined && !isEntityTag(etag))
    refuse(['conditional', 'etag'], 'an entity tag such as "\\"abc\\"" or "W/\\"abc\\""', etag);
  return lastModifiedMs;
}

/** Compares a request with what is known, and says which validators the response has. */
function compare(
  method: string,
  field: FieldOf,
  options: ConditionalOptions,
): {
  readonly result: Precondition;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
} {
  const lastModifiedMs = checked(options);
  const { version, vary, exists = true } = options;
  const isRead = method === 'GET' || method === 'HEAD';
  const made = lastModifiedMs === undefined ? undefined : madeTag(lastModifiedMs, version);
  const variant = vary === undefined || !isRead ? '' : variantOf(vary, field);
  const etag = options.etag ?? (made === undefined ? undefined : withVariant(made, variant));
  // A write is to a resource, whichever of its variants the client has seen.
  const asked: FieldOf =
    options.etag !== undefined || isRead ? field : (name) => withoutVariants(name, field(name));
  const current = { etag: exists ? etag : undefined, lastModifiedMs, exists };
  const lastModified = lastModifiedMs === undefined ? undefined : formatHttpDate(lastModifiedMs);
  return { result: evaluate(method, asked, current, Date.now()), etag, lastModified };
}

function addVary(response: ConditionalResponse, vary: string): void {
  const before = response.getHeader('vary');
  response.setHeader('vary', before === undefined ? vary : `${String(before)}, ${vary}`);
}

function joined(field: string | string[] | undefined): string | undefined {
  return typeof field === 'object' ? field.join(', ') : field;
}

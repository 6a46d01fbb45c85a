// Conditional requests, answered before the work is done (RFC 9110, 13).
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { RespiteError } from '../core/errors.ts';
import { knownKeys } from '../core/validate.ts';
import { formatHttpDate, parseHttpDate } from '../core/http-date.ts';
import { isEntityTag, parseEntityTags, strongMatch, weakMatch } from './http/etag.ts';

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
   * weak ETag that is made of `lastModified`.
   */
  readonly version?: string | number | undefined;
  /** Cache-Control. Default `no-cache`: a response that is kept is to be asked about before it is used again. */
  readonly cacheControl?: string | undefined;
  /** Vary. */
  readonly vary?: string | undefined;
  /** False where nothing is there yet; then `If-Match: *` fails and `If-None-Match: *` doesn't. Default true. */
  readonly exists?: boolean | undefined;
}

/** The parts of a request that are looked at: of node:http, https or http2, or of a framework that extends them. */
export interface ConditionalRequest {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** The parts of a response that are used. */
export interface ConditionalResponse {
  statusCode: number;
  hasHeader(name: string): boolean;
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string): unknown;
  end(): unknown;
}

const KNOWN = ['lastModified', 'etag', 'version', 'cacheControl', 'vary', 'exists'];

/** What the fields of a request call for: the work, or 304 or 412 in its place. */
export type Precondition = 'proceed' | 'not-modified' | 'failed';

/**
 * Answers a request with 304 if the client has the current version already, or 412 if it meant another one; to be asked
 * before the content is made:
 *
 * ```ts
 * if (conditional(req, res, { lastModified: folder.changedAt })) return;
 * res.end(render(folder));
 * ```
 *
 * Sets ETag, Last-Modified, Cache-Control and Vary for 304 and for the answer that follows; a 412 says `no-store`.
 *
 * @returns True if the request has been answered.
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for an entity tag or a date that is none.
 */
export function conditional(
  request: ConditionalRequest,
  response: ConditionalResponse,
  options: ConditionalOptions,
): boolean {
  const { etag, lastModifiedMs } = validators(options);
  const result = evaluate(
    request.method ?? 'GET',
    (name) => joined(request.headers[name]),
    options.exists === false ? undefined : etag,
    lastModifiedMs,
    options.exists ?? true,
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
  if (lastModifiedMs !== undefined) response.setHeader('last-modified', formatHttpDate(lastModifiedMs));
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
 * The same as {@link conditional} for handlers that take a Request and return a Response, such as Hono's:
 *
 * ```ts
 * const { status, headers } = preconditions(c.req.raw, { lastModified: folder.changedAt });
 * if (status !== undefined) return c.body(null, status, headers);
 * return c.html(await render(folder), 200, headers);
 * ```
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for an entity tag or a date that is none.
 */
export function preconditions(request: Request, options: ConditionalOptions): Preconditions {
  const { etag, lastModifiedMs } = validators(options);
  const result = evaluate(
    request.method,
    (name) => request.headers.get(name) ?? undefined,
    options.exists === false ? undefined : etag,
    lastModifiedMs,
    options.exists ?? true,
  );
  if (result === 'failed') return { status: 412, headers: { 'cache-control': 'no-store' } };
  const headers: Record<string, string> = { 'cache-control': options.cacheControl ?? 'no-cache' };
  if (etag !== undefined) headers['etag'] = etag;
  if (lastModifiedMs !== undefined) headers['last-modified'] = formatHttpDate(lastModifiedMs);
  if (options.vary !== undefined) headers['vary'] = options.vary;
  return { status: result === 'proceed' ? undefined : 304, headers };
}

/** RFC 9110, 13.2.2: which condition counts, and what it calls for. Dates in milliseconds since 1970. */
export function evaluate(
  method: string,
  field: (name: string) => string | undefined,
  etag: string | undefined,
  lastModifiedMs: number | undefined,
  exists: boolean,
): Precondition {
  const isRead = method === 'GET' || method === 'HEAD';
  const modified = lastModifiedMs === undefined ? undefined : Math.floor(lastModifiedMs / 1000) * 1000;
  const match = field('if-match');
  if (match !== undefined) {
    const tags = parseEntityTags(match);
    const isMatch = tags === '*' ? exists : etag !== undefined && tags.some((tag) => strongMatch(tag, etag));
    if (!isMatch) return 'failed';
  } else {
    const unmodifiedSince = parseHttpDate(field('if-unmodified-since'), Date.now());
    // Where there is no date to compare the condition can't be said to hold.
    if (unmodifiedSince !== undefined && (modified === undefined || modified > unmodifiedSince))
      return 'failed';
  }
  const noneMatch = field('if-none-match');
  if (noneMatch !== undefined) {
    const tags = parseEntityTags(noneMatch);
    const isMatch = tags === '*' ? exists : etag !== undefined && tags.some((tag) => weakMatch(tag, etag));
    if (!isMatch) return 'proceed';
    return isRead ? 'not-modified' : 'failed';
  }
  if (!isRead || modified === undefined) return 'proceed';
  const modifiedSince = parseHttpDate(field('if-modified-since'), Date.now());
  return modifiedSince !== undefined && modified <= modifiedSince ? 'not-modified' : 'proceed';
}

/** A weak entity tag of a time and whatever else tells versions apart. */
export function weakTag(lastModifiedMs: number, version: string | number | undefined): string {
  const time = lastModifiedMs.toString(36);
  if (version === undefined) return `W/"${time}"`;
  const text = String(version);
  // Short and plain ones can be read; the others could be anything.
  const suffix = /^[\w.]{1,32}$/.test(text)
    ? text
    : createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return `W/"${time}-${suffix}"`;
}

function validators(options: ConditionalOptions): {
  readonly etag: string | undefined;
  readonly lastModifiedMs: number | undefined;
} {
  knownKeys('conditional', options, KNOWN);
  const { lastModified, etag, version } = options;
  const lastModifiedMs = lastModified instanceof Date ? lastModified.getTime() : lastModified;
  if (lastModifiedMs !== undefined && !Number.isFinite(lastModifiedMs)) {
    throw new RespiteError(
      'RESPITE_OPTIONS_INVALID',
      `conditional.lastModified must be a date or milliseconds since 1970, got ${String(lastModified)}`,
    );
  }
  if (etag !== undefined && !isEntityTag(etag)) {
    throw new RespiteError(
      'RESPITE_OPTIONS_INVALID',
      `conditional.etag must be an entity tag such as "\\"abc\\"" or "W/\\"abc\\"", got ${JSON.stringify(etag)}`,
    );
  }
  if (etag !== undefined || lastModifiedMs === undefined) return { etag, lastModifiedMs };
  return { etag: weakTag(lastModifiedMs, version), lastModifiedMs };
}

function addVary(response: ConditionalResponse, vary: string): void {
  const before = response.getHeader('vary');
  response.setHeader('vary', before === undefined ? vary : `${String(before)}, ${vary}`);
}

function joined(field: string | string[] | undefined): string | undefined {
  return typeof field === 'object' ? field.join(', ') : field;
}

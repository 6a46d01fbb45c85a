// Answers made from what is stored.
import { formatHttpDate } from '../../http/date.ts';
import type { Fields } from '../../http/fields.ts';
import { rangeApplies } from '../../http/preconditions.ts';
import { selectRange } from '../../http/range.ts';
import { ageSeconds } from '../policy/decide.ts';
import { clientHasIt } from '../policy/freshen.ts';
import { storedRange } from '../policy/parts.ts';
import type { StoredEntry } from '../policy/record.ts';
import type { CacheRequest } from '../policy/request.ts';
import type { OriginResponse, Trailers } from './origin.ts';
import type { CacheResult } from './statistics.ts';

/** What the engine hands back. Everything in it may be shared: copy what is given away. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly fields: Fields;
  /** Fields in place of those, or besides. */
  readonly extra: Fields | undefined;
  readonly setCookies: readonly string[];
  /** Seconds; undefined where the origin's own answer has the right field. */
  readonly age: number | undefined;
  readonly cacheStatus: string;
  readonly result: CacheResult;
  /** Bytes of the store's, which must not get into other hands, or a stream that no other caller has. */
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null;
  /** Fields after the body, once it has been read. */
  readonly trailers?: (() => Trailers) | undefined;
  readonly url: string;
  readonly redirected: boolean;
}

const NO_COOKIES: readonly string[] = Object.freeze([]);

/** A stored response for one request: whole, a part, only its fields, or that the client has it already. */
export function answerStored(
  request: CacheRequest,
  entry: StoredEntry,
  body: Uint8Array | (() => ReadableStream<Uint8Array>),
  now: number,
  cacheStatus: string,
  result: CacheResult,
): Answer {
  if (request.isConditional && entry.status === 200 && clientHasIt(request, entry, now)) {
    return stored(
      request,
      entry,
      304,
      'Not Modified',
      notModifiedFields(entry),
      undefined,
      null,
      now,
      cacheStatus,
      result,
    );
  }
  const { range } = request;
  if (entry.parts !== undefined && body instanceof Uint8Array) {
    const part = storedRange(request, entry, body, now);
    if (part === undefined) throw new Error('what is stored of the response does not answer the request');
    const extra = {
      'content-range': `bytes ${part.first}-${part.last}/${entry.parts.completeLength}`,
      'content-length': String(part.bytes.byteLength),
    };
    const { status, statusText, fields } = entry;
    return stored(request, entry, status, statusText, fields, extra, part.bytes, now, cacheStatus, result);
  }
  if (
    range !== undefined &&
    request.method === 'GET' &&
    body instanceof Uint8Array &&
    takesRange(request, entry, now)
  ) {
    const part = selectRange(range, body.byteLength);
    if (part === 'unsatisfiable') {
      const fields = { 'content-range': `bytes */${body.byteLength}`, date: entry.fields['date'] };
      return stored(
        request,
        entry,
        416,
        'Range Not Satisfiable',
        fields,
        undefined,
        null,
        now,
        cacheStatus,
        result,
      );
    }
    if (part !== 'ignore') {
      const bytes = body.subarray(part.first, part.last + 1);
      const extra = {
        'content-range': `bytes ${part.first}-${part.last}/${body.byteLength}`,
        'content-length': String(bytes.byteLength),
      };
      return stored(
        request,
        entry,
        206,
        'Partial Content',
        entry.fields,
        extra,
        bytes,
        now,
        cacheStatus,
        result,
      );
    }
  }
  const content = request.method === 'HEAD' ? null : body instanceof Uint8Array ? body : body();
  return stored(
    request,
    entry,
    entry.status,
    entry.statusText,
    entry.fields,
    undefined,
    content,
    now,
    cacheStatus,
    result,
  );
}

function stored(
  request: CacheRequest,
  entry: StoredEntry,
  status: number,
  statusText: string,
  fields: Fields,
  extra: Fields | undefined,
  body: Answer['body'],
  now: number,
  cacheStatus: string,
  result: CacheResult,
): Answer {
  return {
    status,
    statusText,
    fields,
    extra,
    setCookies: entry.setCookies ?? NO_COOKIES,
    age: ageSeconds(entry, now),
    cacheStatus,
    result,
    body,
    url: request.url,
    redirected: false,
  };
}

/** Only of a 200 that is here as the origin sent it. */
function takesRange(request: CacheRequest, entry: StoredEntry, now: number): boolean {
  if (entry.status !== 200 || entry.decoded) return false;
  return rangeApplies(request.fields['if-range'], entry.fields, now);
}

/** What a 304 repeats (RFC 9110, 15.4.5), and the date by which a client without entity tags knows it. */
const IN_NOT_MODIFIED = [
  'cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'vary',
  'last-modified',
];

function notModifiedFields(entry: StoredEntry): Fields {
  const fields: Record<string, string> = {};
  for (const name of IN_NOT_MODIFIED) {
    const value = entry.fields[name];
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

/** The origin's answer, passed on. */
export function answerFromOrigin(response: OriginResponse, cacheStatus: string, result: CacheResult): Answer {
  return {
    status: response.status,
    statusText: response.statusText,
    fields: response.fields,
    extra: undefined,
    setCookies: response.setCookies,
    age: undefined,
    cacheStatus,
    result,
    body: response.body,
    trailers: response.trailers,
    url: response.url,
    redirected: response.redirected,
  };
}

/** An answer of the cache's own, without a body. */
export function answerEmpty(
  request: CacheRequest,
  status: number,
  statusText: string,
  fields: Fields,
  now: number,
  cacheStatus: string,
  result: CacheResult,
): Answer {
  return {
    status,
    statusText,
    fields: { date: formatHttpDate(now), 'content-length': '0', ...fields },
    extra: undefined,
    setCookies: NO_COOKIES,
    age: undefined,
    cacheStatus,
    result,
    body: null,
    url: request.url,
    redirected: false,
  };
}

/** 504: nothing that may be served is stored, and the origin is not to be asked or can't be (RFC 9111, 5.2.1.7). */
export function answerUnavailable(request: CacheRequest, now: number, cacheStatus: string): Answer {
  return answerEmpty(request, 504, 'Gateway Timeout', {}, now, cacheStatus, 'unavailable');
}

/** Seconds for which it is fresh; of something stale, since when it is not. */
export function ttl(freshUntil: number, now: number): number {
  return Math.ceil((freshUntil - now) / 1000);
}

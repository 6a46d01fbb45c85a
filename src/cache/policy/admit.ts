// May this response be stored, and what is to be known of it when it is asked for (RFC 9111, 3 and 4.2)?
import { parseHttpDate, formatHttpDate } from '../../http/date.ts';
import { type Fields, storedFields } from '../../http/fields.ts';
import { type Control, controlOf } from './control.ts';
import type { PolicyOptions } from './options.ts';
import type { StoredEntry } from './record.ts';
import { partitionsTag } from './key.ts';
import { type CacheRequest, isPartition } from './request.ts';
import { ruledLifetime } from './rules.ts';
import { tagsOf } from './tags.ts';

/** A response as it has arrived. */
export interface ArrivedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly fields: Fields;
  /** One by one. They are in `fields` too, where they are joined. */
  readonly setCookies?: readonly string[] | undefined;
  /** When the request was sent and when the response came, in milliseconds since 1970. */
  readonly requestedAt: number;
  readonly respondedAt: number;
  readonly decoded: boolean;
}

/** Why a response is not stored. */
export type NotStored =
  | 'method'
  | 'precondition'
  | 'status'
  | 'partial'
  | 'no-store'
  | 'private'
  | 'authorization'
  | 'cookie'
  | 'set-cookie'
  | 'vary'
  | 'no-use';

/** Answers to what one request says about itself (RFC 9110, 15.5.13, 15.5.17 and 15.5.18), never to those of others. */
const ABOUT_THE_REQUEST = new Set([412, 416, 417]);

/** RFC 9110, 15.1; 206 is left out because parts are not stored. */
const HEURISTICALLY_CACHEABLE = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);

/** Statuses whose caching is specified (RFC 9110, 15), for `must-understand` (RFC 9111, 5.2.2.3). */
const UNDERSTOOD = new Set(
  (
    '200 203 204 300 301 302 303 307 308 400 401 403 404 405 406 409 410 411 413 414 415 421 422 426 429 ' +
    '500 501 502 503 504 505'
  )
    .split(' ')
    .map(Number),
);

/** What is known of the response once it is stored (without its body's length), or why it can't be. */
export function admit(
  request: CacheRequest,
  response: ArrivedResponse,
  options: PolicyOptions,
): StoredEntry | NotStored {
  const { status, fields } = response;
  const shared = options.mode === 'shared' && request.partition.user === undefined;
  if (request.method !== 'GET') return 'method';
  // It asked for the resource in one state only, which the key does not tell.
  if (request.hasPrecondition) return 'precondition';
  if (status < 200 || status === 304 || ABOUT_THE_REQUEST.has(status)) return 'status';
  // Elsewhere Content-Range means nothing (RFC 9110, 14.4), unless a server answers a range by it with a wrong status.
  if (status === 206 || (request.range !== undefined && fields['content-range'] !== undefined))
    return 'partial';
  if (request.directives.noStore) return 'no-store';
  const control = controlOf(fields, options.targets);
  if (control.mustUnderstand ? !UNDERSTOOD.has(status) : control.noStore) return 'no-store';
  if (shared && control.private) return 'private';
  // A user's own, whatever else is said.
  const keepsCookies = !shared && options.storeSetCookie;
  if (!keepsCookies && (fields['set-cookie'] !== undefined || fields['set-cookie2'] !== undefined))
    return 'set-cookie';
  if (fields['vary']?.includes('*') === true) return 'vary';
  const forAuthorized =
    !shared || control.public || control.mustRevalidate || typeof control.sMaxAge === 'number';
  if (request.hasAuthorization && !forAuthorized) return 'authorization';
  const forCookies = !shared || control.public;
  if (request.hasCookie && !forCookies) return 'cookie';
  const explicit =
    ruledLifetime(request.rule, status) ?? explicitLifetime(control, fields, response.respondedAt, shared);
  const isPublic = control.public || (!shared && control.private);
  if (explicit === undefined && !isPublic && !HEURISTICALLY_CACHEABLE.has(status)) return 'status';

  const bornAt = birth(response);
  const longestMs = explicit ?? heuristicLifetime(fields, response.respondedAt, options);
  const lifetimeMs = longestMs > 0 ? longestMs * (1 - options.jitter * options.random()) : longestMs;
  const freshUntil = bornAt + lifetimeMs;
  const mustRevalidate =
    control.mustRevalidate ||
    control.noCache ||
    (shared && (control.proxyRevalidate || control.sMaxAge !== undefined));
  const past = (ms: number): number => (mustRevalidate ? freshUntil : freshUntil + ms);
  const staleWhileRevalidateUntil = past((control.staleWhileRevalidate ?? 0) * 1000);
  // What says nothing of how long anybody may have it is kept to be validated, and never shown to another unasked.
  const isForOthers = explicit !== undefined || isPublic || lifetimeMs > 0;
  const staleIfErrorUntil = past(
    control.staleIfError === undefined
      ? isForOthers
        ? options.staleIfErrorMs
        : 0
      : control.staleIfError * 1000,
  );
  const hasValidator = fields['etag'] !== undefined || fields['last-modified'] !== undefined;
  const isServed = !control.noCache && freshUntil > response.respondedAt;
  const isServedStale = control.staleIfError !== undefined || control.staleWhileRevalidate !== undefined;
  if (!isServed && !hasValidator && (mustRevalidate || !isServedStale)) return 'no-use';

  return {
    kind: 'entry',
    status,
    statusText: response.statusText,
    fields: toStore(fields, response, keepsCookies),
    ...(keepsCookies && cookiesOf(response)),
    bodyBytes: 0,
    bornAt,
    freshUntil,
    staleWhileRevalidateUntil,
    staleIfErrorUntil,
    expiresAt: Math.max(
      staleWhileRevalidateUntil,
      staleIfErrorUntil,
      hasValidator ? Math.max(freshUntil, response.respondedAt) + options.retentionMs : 0,
    ),
    noCache: control.noCache,
    mustRevalidate,
    immutable: control.immutable,
    forAuthorized,
    forCookies,
    decoded: response.decoded,
    tags: allTags(request, fields, options.tagField),
    epoch: 0,
  };
}

/** Those of the response, and the one by which all partitions of its resource are invalidated. */
function allTags(request: CacheRequest, fields: Fields, tagField: string): readonly string[] {
  const tags = tagsOf(fields, new URL(request.url).origin, tagField);
  return isPartition(request.partition) ? [...tags, partitionsTag(request.target)] : tags;
}

/** When the age was 0: the corrected initial age of RFC 9111, 4.2.3, before the response came. */
function birth({ fields, requestedAt, respondedAt }: ArrivedResponse): number {
  const date = parseHttpDate(fields['date'], respondedAt) ?? respondedAt;
  const apparentAgeMs = Math.max(0, respondedAt - date);
  // A list's first member; what is no number is not there (RFC 9111, 5.1).
  const first = fields['age']?.split(',', 1)[0]?.trim() ?? '';
  const ageMs = /^\d+$/.test(first) ? Math.min(Number(first), 2_147_483_648) * 1000 : 0;
  const correctedAgeMs = ageMs + Math.max(0, respondedAt - requestedAt);
  return respondedAt - Math.max(apparentAgeMs, correctedAgeMs);
}

/** RFC 9111, 4.2.1, in milliseconds. What is said but not understood is 0: stale. */
function explicitLifetime(
  control: Control,
  fields: Fields,
  respondedAt: number,
  shared: boolean,
): number | undefined {
  const age = shared ? (control.sMaxAge ?? control.maxAge) : control.maxAge;
  if (age !== undefined) return age === 'invalid' ? 0 : age * 1000;
  if (control.targeted || fields['expires'] === undefined) return undefined;
  const expires = parseHttpDate(fields['expires'], respondedAt);
  const date = parseHttpDate(fields['date'], respondedAt) ?? respondedAt;
  // One in the past is negative: windows for stale use (RFC 5861) count from when it became stale, not from when it came.
  return expires === undefined ? 0 : expires - date;
}

/** RFC 9111, 4.2.2: a tenth of the time since the last change. */
function heuristicLifetime(fields: Fields, respondedAt: number, options: PolicyOptions): number {
  const modified = parseHttpDate(fields['last-modified'], respondedAt);
  if (modified === undefined) return 0;
  const date = parseHttpDate(fields['date'], respondedAt) ?? respondedAt;
  return Math.min(Math.max(0, date - modified) / 10, options.heuristicLimitMs);
}

/** What is stored of a response that sets cookies. */
function cookiesOf({ setCookies = [] }: ArrivedResponse): Pick<StoredEntry, 'setCookies'> {
  return setCookies.length === 0 ? {} : { setCookies };
}

function toStore(fields: Fields, { respondedAt, decoded }: ArrivedResponse, keepsCookies: boolean): Fields {
  const kept = storedFields(fields);
  // Its successor is in `setCookies`.
  if (keepsCookies && fields['set-cookie2'] !== undefined) kept['set-cookie2'] = fields['set-cookie2'];
  delete kept['age'];
  // RFC 9110, 6.6.1: a cache that stores a response without a Date gives it one.
  kept['date'] ??= formatHttpDate(respondedAt);
  if (decoded) {
    delete kept['content-encoding'];
    delete kept['content-length'];
  }
  return kept;
}

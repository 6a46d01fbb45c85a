// What to do with a request (RFC 9111, 4). No clock, no store, nothing allocated.
import type { StoredEntry } from './record.ts';
import type { CacheRequest } from './request.ts';

/** Why a request is forwarded; the words are those of Cache-Status (RFC 9211, 2.2). */
export type ForwardReason = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'request' | 'stale' | 'partial';

/**
 * - `fresh`: serve it.
 * - `stale`: serve it although it is stale, because the client wants it so (`max-stale`).
 * - `serve-stale-and-revalidate`: serve it, and ask the origin meanwhile.
 * - `revalidate`: ask the origin first.
 * - `miss`: nothing usable is stored; what comes may be.
 * - `bypass`: only the origin can answer this request, and the stored response has no part in it.
 * - `unavailable`: the client wants only what is stored, and that can't be served: 504.
 */
export type Decision =
  | { readonly kind: 'fresh' | 'stale' | 'serve-stale-and-revalidate' | 'unavailable' }
  | { readonly kind: 'revalidate'; readonly reason: 'request' | 'stale' }
  | { readonly kind: 'miss' | 'bypass'; readonly reason: ForwardReason };

const FRESH: Decision = Object.freeze({ kind: 'fresh' });
const STALE: Decision = Object.freeze({ kind: 'stale' });
const STALE_WHILE_REVALIDATE: Decision = Object.freeze({ kind: 'serve-stale-and-revalidate' });
const UNAVAILABLE: Decision = Object.freeze({ kind: 'unavailable' });
const REVALIDATE_STALE: Decision = Object.freeze({ kind: 'revalidate', reason: 'stale' });
const REVALIDATE_REQUEST: Decision = Object.freeze({ kind: 'revalidate', reason: 'request' });
const MISS: Decision = Object.freeze({ kind: 'miss', reason: 'uri-miss' });
const BYPASS: Decision = Object.freeze({ kind: 'bypass', reason: 'bypass' });
const BYPASS_METHOD: Decision = Object.freeze({ kind: 'bypass', reason: 'method' });
const BYPASS_REQUEST: Decision = Object.freeze({ kind: 'bypass', reason: 'request' });

/** Decides about a request and the response stored for it, if any, at a time in milliseconds since 1970. */
export function decide(request: CacheRequest, entry: StoredEntry | undefined, now: number): Decision {
  const decision = consider(request, entry, now);
  if (!request.directives.onlyIfCached || decision === BYPASS_METHOD) return decision;
  if (decision === STALE_WHILE_REVALIDATE) return STALE;
  return decision === FRESH || decision === STALE ? decision : UNAVAILABLE;
}

function consider(request: CacheRequest, entry: StoredEntry | undefined, now: number): Decision {
  const { directives } = request;
  if (request.method !== 'GET' && request.method !== 'HEAD') return BYPASS_METHOD;
  if (directives.noStore || request.hasPrecondition) return BYPASS_REQUEST;
  if (entry === undefined) return MISS;
  if (!mayUse(request, entry)) return BYPASS;
  if (directives.force) return now < entry.freshUntil ? FRESH : STALE;
  if (entry.noCache) return REVALIDATE_STALE;
  if (directives.noCache) return REVALIDATE_REQUEST;

  const isFresh = now < entry.freshUntil;
  const { maxAge, maxStale, minFresh } = directives;
  if (maxAge !== undefined && !(isFresh && entry.immutable) && now - entry.bornAt > maxAge * 1000) {
    // A client that also takes stale responses gets one that is younger than both together.
    if (maxStale === undefined || now - entry.bornAt > (maxAge + maxStale) * 1000) return REVALIDATE_REQUEST;
  }
  if (minFresh !== undefined && entry.freshUntil - now < minFresh * 1000) return REVALIDATE_REQUEST;
  if (isFresh) return FRESH;
  if (entry.mustRevalidate) return REVALIDATE_STALE;
  if (maxStale !== undefined && now - entry.freshUntil <= maxStale * 1000) return STALE;
  // A part is not refreshed in the background: that would fetch all of it.
  const isServed = now < entry.staleWhileRevalidateUntil && entry.parts === undefined;
  return isServed ? STALE_WHILE_REVALIDATE : REVALIDATE_STALE;
}

/** Whether the stored response may have any part in answering this user. */
export function mayUse(request: CacheRequest, entry: StoredEntry): boolean {
  return (entry.forAuthorized || !request.hasAuthorization) && (entry.forCookies || !request.hasCookie);
}

/** Whether the stored response may be served because the origin is in trouble (RFC 9111, 4.2.4; RFC 5861, 4). */
export function mayServeOnError(request: CacheRequest, entry: StoredEntry, now: number): boolean {
  const { noStore, noCache, maxAge, minFresh, staleIfError } = request.directives;
  if (noStore || noCache || request.hasPrecondition || entry.noCache || !mayUse(request, entry)) return false;
  if (entry.parts !== undefined) return false;
  const isFresh = now < entry.freshUntil;
  // It was only asked for because the client wanted something younger.
  if (staleIfError === undefined && minFresh !== undefined) return false;
  if (staleIfError === undefined && maxAge !== undefined && now - entry.bornAt > maxAge * 1000) return false;
  if (isFresh) return true;
  if (entry.mustRevalidate) return false;
  if (staleIfError !== undefined && now < entry.freshUntil + staleIfError * 1000) return true;
  return now < entry.staleIfErrorUntil;
}

/** The Age field of a stored response: whole seconds. */
export function ageSeconds(entry: StoredEntry, now: number): number {
  return Math.max(0, Math.floor((now - entry.bornAt) / 1000));
}

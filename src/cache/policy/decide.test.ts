import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageSeconds, decide, mayServeOnError, mayUse } from './decide.ts';
import type { StoredEntry } from './record.ts';
import { type CacheRequest, NO_REQUEST_DIRECTIVES, readRequest } from './request.ts';
import { storedEntry } from '../../../test/harness/stored-entry.ts';

const BORN = 1_000_000;

/** Fresh for 10 s. */
const ENTRY: StoredEntry = storedEntry(BORN, 10_000, { expiresAt: BORN + 1_000_000 });

function get(
  cacheControl?: string,
  fields: Record<string, string> = {},
  method: string = 'GET',
): CacheRequest {
  const all = cacheControl === undefined ? fields : { ...fields, 'cache-control': cacheControl };
  return readRequest(method, 'https://a.example/', all);
}

/** The decision about a response of this age, as `kind` or `kind (reason)`. */
function decided(request: CacheRequest, entry: Partial<StoredEntry> | undefined, ageMs: number): string {
  const decision = decide(request, entry && { ...ENTRY, ...entry }, BORN + ageMs);
  return 'reason' in decision ? `${decision.kind} (${decision.reason})` : decision.kind;
}

test('a fresh response is served, a stale one is validated first', () => {
  assert.equal(decided(get(), {}, 9999), 'fresh');
  assert.equal(decided(get(undefined, {}, 'HEAD'), {}, 9999), 'fresh');
  assert.equal(decided(get(), {}, 10_000), 'revalidate (stale)');
  assert.equal(decided(get(), undefined, 0), 'miss (uri-miss)');
});

test('only GET and HEAD are answered by the cache', () => {
  for (const method of ['POST', 'PUT', 'OPTIONS', 'get']) {
    assert.equal(decided(get(undefined, {}, method), {}, 0), 'bypass (method)');
    assert.equal(decided(get('only-if-cached', {}, method), {}, 0), 'bypass (method)');
  }
});

test('no-store and preconditions of a request leave the cache out', () => {
  assert.equal(decided(get('no-store'), {}, 0), 'bypass (request)');
  assert.equal(decided(get(undefined, { 'if-match': '"a"' }), {}, 0), 'bypass (request)');
  assert.equal(decided(get('no-store'), undefined, 0), 'bypass (request)');
});

test('credentials keep a response out that is not for them', () => {
  const authorized = get(undefined, { authorization: 'x' });
  const cookie = get(undefined, { cookie: 'a=1' });
  assert.equal(decided(authorized, { forCookies: true }, 0), 'bypass (bypass)');
  assert.equal(decided(authorized, { forAuthorized: true }, 0), 'fresh');
  assert.equal(decided(cookie, { forAuthorized: true }, 0), 'bypass (bypass)');
  assert.equal(decided(cookie, { forCookies: true }, 0), 'fresh');
  assert.ok(
    !mayUse(get(undefined, { authorization: 'x', cookie: 'a=1' }), { ...ENTRY, forAuthorized: true }),
  );
});

test('no-cache, of the response or the request, forces a revalidation', () => {
  assert.equal(decided(get(), { noCache: true }, 0), 'revalidate (stale)');
  assert.equal(decided(get('no-cache'), {}, 0), 'revalidate (request)');
});

test('max-age of a request bounds the age, except for a fresh immutable response', () => {
  assert.equal(decided(get('max-age=5'), {}, 5000), 'fresh');
  assert.equal(decided(get('max-age=5'), {}, 5001), 'revalidate (request)');
  assert.equal(decided(get('max-age=5'), { immutable: true }, 9999), 'fresh');
  assert.equal(decided(get('max-age=5'), { immutable: true }, 10_000), 'revalidate (request)');
  assert.equal(decided(get('max-age=20'), {}, 10_000), 'revalidate (stale)');
});

test('max-age and max-stale of a request add up', () => {
  assert.equal(decided(get('max-age=5, max-stale=3'), {}, 8000), 'fresh');
  assert.equal(decided(get('max-age=5, max-stale=3'), {}, 8001), 'revalidate (request)');
});

test('min-fresh of a request asks for freshness that is left', () => {
  assert.equal(decided(get('min-fresh=4'), {}, 6000), 'fresh');
  assert.equal(decided(get('min-fresh=4'), {}, 6001), 'revalidate (request)');
});

test('max-stale of a request lets a stale response be served, unless it must be revalidated', () => {
  assert.equal(decided(get('max-stale=3'), {}, 13_000), 'stale');
  assert.equal(decided(get('max-stale=3'), {}, 13_001), 'revalidate (stale)');
  assert.equal(decided(get('max-stale'), {}, 900_000), 'stale');
  assert.equal(decided(get('max-stale'), { mustRevalidate: true }, 11_000), 'revalidate (stale)');
});

test('a response is served stale while it is revalidated, as long as its origin allows', () => {
  const entry = { staleWhileRevalidateUntil: BORN + 15_000 };
  assert.equal(decided(get(), entry, 9999), 'fresh');
  assert.equal(decided(get(), entry, 14_999), 'serve-stale-and-revalidate');
  assert.equal(decided(get(), entry, 15_000), 'revalidate (stale)');
  assert.equal(decided(get(), { ...entry, mustRevalidate: true }, 11_000), 'revalidate (stale)');
});

test('only-if-cached never asks the origin', () => {
  const allowed = { staleWhileRevalidateUntil: BORN + 15_000 };
  assert.equal(decided(get('only-if-cached'), {}, 0), 'fresh');
  assert.equal(decided(get('only-if-cached'), undefined, 0), 'unavailable');
  assert.equal(decided(get('only-if-cached'), {}, 11_000), 'unavailable');
  assert.equal(decided(get('only-if-cached, max-stale'), {}, 11_000), 'stale');
  assert.equal(decided(get('only-if-cached'), allowed, 11_000), 'stale');
  assert.equal(decided(get('only-if-cached, no-store'), {}, 0), 'unavailable');
});

test('on an error a fresh response is served, and a stale one in its window', () => {
  const served = (request: CacheRequest, entry: Partial<StoredEntry>, ageMs: number): boolean =>
    mayServeOnError(request, { ...ENTRY, ...entry }, BORN + ageMs);
  const window = { staleIfErrorUntil: BORN + 15_000 };
  assert.ok(served(get(), {}, 9999));
  assert.ok(!served(get(), {}, 10_000));
  assert.ok(served(get(), window, 14_999));
  assert.ok(!served(get(), window, 15_000));
  assert.ok(served(get(), { mustRevalidate: true }, 9999));
  assert.ok(!served(get(), { ...window, mustRevalidate: true }, 11_000));
  assert.ok(!served(get(), { noCache: true }, 0));
});

test('stale-if-error of a request opens a window of its own, and no window closes the other', () => {
  const served = (cacheControl: string, entry: Partial<StoredEntry>, ageMs: number): boolean =>
    mayServeOnError(get(cacheControl), { ...ENTRY, ...entry }, BORN + ageMs);
  assert.ok(served('stale-if-error=5', {}, 14_999));
  assert.ok(!served('stale-if-error=5', {}, 15_000));
  assert.ok(served('stale-if-error=1', { staleIfErrorUntil: BORN + 15_000 }, 14_999));
  assert.ok(!served('stale-if-error=5', { mustRevalidate: true }, 11_000));
});

test('on an error a client that wants something younger gets nothing, unless it allows stale-if-error', () => {
  const served = (cacheControl: string, ageMs: number): boolean =>
    mayServeOnError(get(cacheControl), ENTRY, BORN + ageMs);
  assert.ok(served('max-age=5', 5000));
  assert.ok(!served('max-age=5', 5001));
  assert.ok(served('max-age=5, stale-if-error=0', 5001));
  assert.ok(!served('min-fresh=1', 0));
  assert.ok(served('min-fresh=1, stale-if-error=0', 0));
});

test('on an error nothing is served that the request excludes', () => {
  const served = (request: CacheRequest): boolean => mayServeOnError(request, ENTRY, BORN);
  assert.ok(!served(get('no-store')));
  assert.ok(!served(get('no-cache')));
  assert.ok(!served(get(undefined, { 'if-match': '"a"' })));
  assert.ok(!served(get(undefined, { cookie: 'a=1' })));
});

test('the age is in whole seconds, and never negative', () => {
  assert.equal(ageSeconds(ENTRY, BORN + 1999), 1);
  assert.equal(ageSeconds(ENTRY, BORN + 2000), 2);
  assert.equal(ageSeconds(ENTRY, BORN - 5000), 0);
});

test('with force whatever is stored is served, however old, but not to others', () => {
  const forced = (fields: Record<string, string> = {}, onlyIfCached: boolean = false): CacheRequest =>
    readRequest('GET', 'https://a.example/', fields, { ...NO_REQUEST_DIRECTIVES, force: true, onlyIfCached });
  assert.equal(decided(forced(), {}, 9999), 'fresh');
  assert.equal(decided(forced(), {}, 10_000), 'stale');
  assert.equal(decided(forced(), { noCache: true, mustRevalidate: true }, 900_000), 'stale');
  assert.equal(decided(forced(), undefined, 0), 'miss (uri-miss)');
  assert.equal(decided(forced({ cookie: 'a=1' }), {}, 0), 'bypass (bypass)');
  assert.equal(decided(forced({ 'if-match': '"a"' }), {}, 0), 'bypass (request)');
  assert.equal(decided(forced({}, true), {}, 10_000), 'stale');
  assert.equal(decided(forced({}, true), undefined, 0), 'unavailable');
  assert.equal(decided(forced({ cookie: 'a=1' }, true), {}, 0), 'unavailable');
});

test('a request that wants something fresher than stale gets no stale response of any window', () => {
  const window = { staleWhileRevalidateUntil: BORN + 15_000 };
  assert.equal(decided(get('min-fresh=0'), window, 9999), 'fresh');
  assert.equal(decided(get('min-fresh=0'), window, 10_001), 'revalidate (request)');
  assert.equal(decided(get('max-age=11'), window, 11_000), 'serve-stale-and-revalidate');
  assert.equal(decided(get('max-age=11'), window, 11_001), 'revalidate (request)');
  assert.equal(decided(get('max-age=5, max-stale'), window, 11_000), 'stale');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatHttpDate } from '../../http/date.ts';
import { admit, type ArrivedResponse } from './admit.ts';
import type { PolicyOptions } from './options.ts';
import type { StoredEntry } from './record.ts';
import { readRequest } from './request.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const ago = (ms: number): string => formatHttpDate(NOW - ms);

const SHARED: PolicyOptions = {
  jitter: 0,
  storeSetCookie: false,
  random: () => 0,
  mode: 'shared',
  targets: ['cdn-cache-control'],
  staleIfErrorMs: 60_000,
  heuristicLimitMs: 86_400_000,
  retentionMs: 3_600_000,
  tagField: 'cache-tags',
};
const PRIVATE: PolicyOptions = { ...SHARED, mode: 'private' };

interface Arrived extends Partial<ArrivedResponse> {
  readonly method?: string;
  readonly asked?: Record<string, string>;
  readonly options?: PolicyOptions;
}

function admitted(fields: Record<string, string>, arrived: Arrived = {}): ReturnType<typeof admit> {
  const { method = 'GET', asked = {}, options = SHARED, ...response } = arrived;
  const plain = { status: 200, statusText: 'Text', requestedAt: NOW, respondedAt: NOW, decoded: false };
  const request = readRequest(method, 'https://a.example/', asked);
  return admit(request, { ...plain, ...response, fields }, options);
}

function stored(fields: Record<string, string>, arrived: Arrived = {}): StoredEntry {
  const entry = admitted(fields, arrived);
  return typeof entry === 'string' ? assert.fail(entry) : entry;
}

const withControl = (cacheControl: string, more: Record<string, string> = {}): Record<string, string> => ({
  'cache-control': cacheControl,
  ...more,
});
const FRESH = withControl('max-age=60');

test('all that is known of a plain response is stored', () => {
  const entry = stored({ ...FRESH, 'content-type': 'text/plain', age: '10', connection: 'x', x: '1' });
  assert.deepEqual(
    { ...entry, fields: { ...entry.fields } },
    {
      kind: 'entry',
      status: 200,
      statusText: 'Text',
      fields: { 'cache-control': 'max-age=60', 'content-type': 'text/plain', date: ago(0) },
      bodyBytes: 0,
      bornAt: NOW - 10_000,
      freshUntil: NOW + 50_000,
      staleWhileRevalidateUntil: NOW + 50_000,
      staleIfErrorUntil: NOW + 110_000,
      expiresAt: NOW + 110_000,
      noCache: false,
      mustRevalidate: false,
      immutable: false,
      forAuthorized: false,
      forCookies: false,
      decoded: false,
      tags: [],
      epoch: 0,
    },
  );
});

test('only final, complete responses to GET are stored', () => {
  for (const method of ['HEAD', 'POST', 'get']) assert.equal(admitted(FRESH, { method }), 'method');
  for (const status of [100, 199, 304]) assert.equal(admitted(FRESH, { status }), 'status');
  assert.equal(stored(FRESH, { status: 201 }).status, 201);
  assert.equal(admitted(FRESH, { status: 206 }), 'partial');
  const ranged = { ...FRESH, 'content-range': 'bytes 0-1/2' };
  assert.equal(admitted(ranged, { asked: { range: 'bytes=0-1' } }), 'partial');
  assert.equal(stored(ranged).fields['content-range'], 'bytes 0-1/2', 'means nothing in a 200');
});

test('what a request says about the state that it wants, and answers to that, are for nobody else', () => {
  for (const field of ['if-match', 'if-unmodified-since']) {
    assert.equal(admitted(FRESH, { asked: { [field]: '"a"' } }), 'precondition');
    assert.equal(admitted(FRESH, { asked: { [field]: '"a"' }, status: 412 }), 'precondition');
  }
  const open = withControl('public, max-age=60');
  for (const status of [412, 416, 417]) assert.equal(admitted(open, { status }), 'status');
});

test('no-store, of the request or the response, forbids to store', () => {
  assert.equal(admitted(FRESH, { asked: { 'cache-control': 'no-store' } }), 'no-store');
  assert.equal(admitted(withControl('max-age=60, no-store')), 'no-store');
});

test('must-understand lifts no-store for statuses whose caching is specified, and forbids the others', () => {
  const control = withControl('max-age=60, no-store, must-understand');
  const understood =
    '200 203 204 300 301 302 303 307 308 400 401 403 404 405 406 409 410 411 413 414 415 421 422 426 429 ' +
    '500 501 502 503 504 505';
  for (const status of understood.split(' ').map(Number)) stored(control, { status });
  for (const status of [201, 202, 299, 402, 407, 418, 506, 599]) {
    assert.equal(admitted(control, { status }), 'no-store', String(status));
    assert.equal(admitted(withControl('max-age=60, must-understand'), { status }), 'no-store');
  }
});

test('private responses are for private caches only', () => {
  assert.equal(admitted(withControl('private, max-age=60')), 'private');
  stored(withControl('private, max-age=60'), { options: PRIVATE });
});

test('responses that set cookies or vary by everything are not stored', () => {
  assert.equal(admitted({ ...FRESH, 'set-cookie': 'a=1' }), 'set-cookie');
  assert.equal(admitted({ ...FRESH, 'set-cookie2': 'a=1' }, { options: PRIVATE }), 'set-cookie');
});

test('a shared cache stores the response to an authorized request only with permission', () => {
  const asked = { authorization: 'Basic x' };
  assert.equal(admitted(FRESH, { asked }), 'authorization');
  assert.equal(admitted(withControl('s-maxage=x, max-age=60'), { asked }), 'authorization');
  for (const permission of ['public', 'must-revalidate', 's-maxage=60']) {
    const fields = withControl(`${permission}, max-age=60`);
    assert.equal(stored(fields, { asked }).forAuthorized, true, permission);
    assert.equal(stored(fields).forAuthorized, true, permission);
  }
  assert.equal(stored(FRESH, { asked, options: PRIVATE }).forAuthorized, true);
});

test('a shared cache stores the response to a request with cookies only if it is public', () => {
  const asked = { cookie: 'a=1' };
  assert.equal(admitted(FRESH, { asked }), 'cookie');
  assert.equal(admitted(withControl('must-revalidate, max-age=60'), { asked }), 'cookie');
  assert.equal(stored(withControl('public, max-age=60'), { asked }).forCookies, true);
  assert.equal(stored(FRESH, { asked, options: PRIVATE }).forCookies, true);
  assert.equal(stored(FRESH).forCookies, false);
});

test('without a lifetime only some statuses are stored, unless the response is public', () => {
  const changed = { 'last-modified': ago(100_000) };
  for (const status of [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]) stored(changed, { status });
  for (const status of [201, 302, 400, 500, 503]) {
    assert.equal(admitted(changed, { status }), 'status', String(status));
    stored({ ...changed, 'cache-control': 'public' }, { status });
    stored({ ...changed, 'cache-control': 'private' }, { status, options: PRIVATE });
    assert.equal(admitted(changed, { status, options: PRIVATE }), 'status', String(status));
  }
});

test('what can neither be served nor validated is not stored', () => {
  assert.equal(admitted({}), 'no-use');
  assert.equal(admitted(withControl('max-age=0')), 'no-use');
  assert.equal(admitted(withControl('max-age=60, no-cache')), 'no-use');
  stored(withControl('max-age=60, no-cache', { etag: '"a"' }));
  stored({ etag: '"a"' });
  stored({ 'last-modified': ago(0) });
});

test('what may be served stale is of use, unless it must be revalidated', () => {
  stored(withControl('max-age=0, stale-if-error=60'));
  stored(withControl('max-age=0, stale-while-revalidate=60'));
  assert.equal(admitted(withControl('max-age=0, stale-if-error=60, must-revalidate')), 'no-use');
});

/** How long a response is fresh, from its birth. */
function lifetimeMs(fields: Record<string, string>, options: PolicyOptions = SHARED): number {
  const { freshUntil, bornAt } = stored({ etag: '"a"', ...fields }, { options });
  return freshUntil - bornAt;
}

test('the lifetime is s-maxage in shared caches, then max-age, then Expires', () => {
  const expires = { date: ago(1000), expires: ago(-29_000) };
  assert.equal(lifetimeMs(withControl('s-maxage=10, max-age=20', expires)), 10_000);
  assert.equal(lifetimeMs(withControl('s-maxage=10, max-age=20', expires), PRIVATE), 20_000);
  assert.equal(lifetimeMs(withControl('max-age=20', expires)), 20_000);
  assert.equal(lifetimeMs(expires), 30_000);
  assert.equal(lifetimeMs({ expires: ago(-29_000) }), 29_000, 'from now, without Date');
  assert.equal(lifetimeMs({ date: ago(0), expires: ago(5000) }), -5000);
  assert.equal(lifetimeMs({ 'cdn-cache-control': 'public', expires: ago(-29_000) }), 0, 'no Expires there');
});

test('a lifetime that cannot be understood is 0', () => {
  assert.equal(lifetimeMs(withControl('max-age=x', { expires: ago(-29_000) })), 0);
  assert.equal(lifetimeMs({ expires: '0', 'last-modified': ago(100_000) }), 0);
});

test('without a lifetime it is a tenth of the time since the last change, up to a limit', () => {
  assert.equal(lifetimeMs({ 'last-modified': ago(100_000) }), 10_000);
  assert.equal(lifetimeMs({ date: ago(50_000), 'last-modified': ago(100_000) }), 5000);
  assert.equal(lifetimeMs({ 'last-modified': ago(-100_000) }), 0);
  assert.equal(lifetimeMs({ 'last-modified': ago(100_000) }, { ...SHARED, heuristicLimitMs: 7000 }), 7000);
  assert.equal(lifetimeMs({ 'last-modified': 'x' }), 0);
});

/** How old a response is when it arrives. */
function ageMs(fields: Record<string, string>, response: Partial<ArrivedResponse> = {}): number {
  return NOW - stored({ ...FRESH, etag: '"a"', ...fields }, response).bornAt;
}

test('the age is what Date or Age shows, whichever is more, and the time of the request counts', () => {
  assert.equal(ageMs({}), 0);
  assert.equal(ageMs({ date: ago(4000) }), 4000);
  assert.equal(ageMs({ date: ago(-4000) }), 0);
  assert.equal(ageMs({ age: '7' }), 7000);
  assert.equal(ageMs({ age: '7', date: ago(4000) }), 7000);
  assert.equal(ageMs({ age: '7', date: ago(9000) }), 9000);
  assert.equal(ageMs({ age: '7' }, { requestedAt: NOW - 500 }), 7500);
  assert.equal(ageMs({ age: '7' }, { requestedAt: NOW + 500 }), 7000, 'a clock that went back');
});

test('of a list in Age the first counts, and what is no number does not', () => {
  assert.equal(ageMs({ age: ' 7 , 9' }), 7000);
  for (const age of ['x7', '7x', '-7', '1.5', '']) assert.equal(ageMs({ age }), 0, age);
  assert.equal(ageMs({ age: '9'.repeat(30) }), 2_147_483_648_000);
});

test('a response is kept while it is of use: for its windows, or with a validator for the retention', () => {
  const keptMs = (fields: Record<string, string>): number => stored(fields).expiresAt - NOW;
  assert.equal(keptMs(FRESH), 120_000);
  assert.equal(keptMs(withControl('max-age=60, stale-while-revalidate=100')), 160_000);
  assert.equal(keptMs({ ...FRESH, etag: '"a"' }), 60_000 + 3_600_000);
  assert.equal(keptMs({ ...FRESH, 'last-modified': ago(0) }), 60_000 + 3_600_000);
  assert.equal(keptMs({ etag: '"a"', expires: ago(5000) }), 3_600_000, 'from its arrival if it came stale');
  assert.equal(keptMs(withControl('max-age=0, stale-if-error=9000', { etag: '"a"' })), 9_000_000);
});

test('flags, tags, Date and the decoding of the body are stored', () => {
  assert.equal(stored({ ...FRESH, date: ago(4000) }).fields['date'], ago(4000));
  const entry = stored(withControl('max-age=60, immutable, no-cache', { etag: '"a"', 'cache-tags': 'x' }));
  assert.deepEqual([entry.immutable, entry.noCache, entry.mustRevalidate], [true, true, true]);
  assert.deepEqual(entry.tags, ['tag x']);
  assert.deepEqual(stored({ ...FRESH, 'cache-groups': '"g"' }).tags, ['group https://a.example g']);
  const encoded = { ...FRESH, 'content-encoding': 'gzip', 'content-length': '9' };
  assert.equal(stored(encoded).fields['content-encoding'], 'gzip');
  const decoded = stored(encoded, { decoded: true });
  assert.equal(decoded.decoded, true);
  assert.equal(decoded.fields['content-encoding'], undefined);
  assert.equal(decoded.fields['content-length'], undefined);
});

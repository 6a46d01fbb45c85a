import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatHttpDate } from '../../http/date.ts';
import type { ArrivedResponse } from './admit.ts';
import { clientHasIt, conditions, freshen, headContradicts, isAbout } from './freshen.ts';
import type { PolicyOptions } from './options.ts';
import type { StoredEntry } from './record.ts';
import { readRequest } from './request.ts';

const BORN = Date.UTC(2026, 0, 2, 3, 4, 5);
const NOW = BORN + 100_000;
const OLD = formatHttpDate(BORN - 5000);
const OLDER = formatHttpDate(BORN - 9000);

const OPTIONS: PolicyOptions = {
  jitter: 0,
  storeSetCookie: false,
  random: () => 0,
  mode: 'shared',
  targets: [],
  staleIfErrorMs: 0,
  heuristicLimitMs: 0,
  retentionMs: 1000,
  tagField: 'cache-tags',
};

function entryOf(fields: Record<string, string>): StoredEntry {
  return {
    kind: 'entry',
    status: 200,
    statusText: 'Stored',
    fields,
    bodyBytes: 7,
    bornAt: BORN,
    freshUntil: BORN + 60_000,
    staleWhileRevalidateUntil: BORN + 60_000,
    staleIfErrorUntil: BORN + 60_000,
    expiresAt: BORN + 1_000_000,
    noCache: false,
    mustRevalidate: false,
    immutable: false,
    forAuthorized: false,
    forCookies: false,
    decoded: true,
    tags: [],
    epoch: 3,
  };
}

test('a response is validated with the validators that it has', () => {
  assert.deepEqual(conditions(entryOf({ etag: '"a"', 'last-modified': OLD })), {
    'if-none-match': '"a"',
    'if-modified-since': OLD,
  });
  assert.deepEqual(conditions(entryOf({ etag: '"a"' })), { 'if-none-match': '"a"' });
  assert.deepEqual(conditions(entryOf({ 'last-modified': OLD })), { 'if-modified-since': OLD });
  assert.equal(conditions(entryOf({})), undefined);
});

test('a 304 is about a response whose validators it names, or that lacks them', () => {
  const entry = entryOf({ etag: '"a"', 'last-modified': OLD });
  assert.ok(isAbout({}, entry));
  assert.ok(isAbout({ etag: '"a"' }, entry));
  assert.ok(!isAbout({ etag: '"b"' }, entry));
  assert.ok(!isAbout({ etag: '"a"' }, entryOf({})));
  assert.ok(isAbout({ 'last-modified': OLD }, entry));
  assert.ok(!isAbout({ 'last-modified': OLDER }, entry));
  assert.ok(isAbout({ 'last-modified': OLDER }, entryOf({})));
});

test('a weak entity tag of a 304 matches either kind, a strong one only itself', () => {
  assert.ok(isAbout({ etag: 'W/"a"' }, entryOf({ etag: '"a"' })));
  assert.ok(isAbout({ etag: 'W/"a"' }, entryOf({ etag: 'W/"a"' })));
  assert.ok(!isAbout({ etag: 'W/"b"' }, entryOf({ etag: 'W/"a"' })));
  assert.ok(!isAbout({ etag: '"a"' }, entryOf({ etag: 'W/"a"' })));
});

test('an entity tag of a 304 decides before its date, unless it is malformed', () => {
  const entry = entryOf({ etag: '"a"', 'last-modified': OLD });
  assert.ok(isAbout({ etag: '"a"', 'last-modified': OLDER }, entry));
  assert.ok(!isAbout({ etag: '"b"', 'last-modified': OLD }, entry));
  assert.ok(isAbout({ etag: 'a', 'last-modified': OLD }, entry));
});

function freshened(
  fields: Record<string, string>,
  { method = 'GET', stored = {} }: { method?: string; stored?: Record<string, string> } = {},
): ReturnType<typeof freshen> {
  const response: ArrivedResponse = {
    status: 304,
    statusText: 'Not Modified',
    fields,
    requestedAt: NOW,
    respondedAt: NOW,
    decoded: true,
  };
  const entry = entryOf({ etag: '"a"', 'cache-control': 'max-age=60', date: OLD, ...stored });
  return freshen(readRequest(method, 'https://a.example/', {}), entry, response, OPTIONS);
}

test('a 304 makes a response fresh again, from now, and keeps its status and body', () => {
  for (const method of ['GET', 'HEAD']) {
    const entry = freshened({}, { method });
    assert.ok(typeof entry !== 'string');
    assert.equal(entry.bornAt, NOW);
    assert.equal(entry.freshUntil, NOW + 60_000);
    assert.deepEqual([entry.status, entry.statusText], [200, 'Stored']);
    assert.deepEqual([entry.bodyBytes, entry.decoded], [7, true]);
    assert.equal(entry.fields['date'], formatHttpDate(NOW));
    assert.equal(entry.fields['etag'], '"a"');
  }
});

test('the fields of a 304 take the place of the stored ones, except those about the body', () => {
  const stored = {
    'content-length': '7',
    'content-encoding': 'gzip',
    'content-type': 'text/plain',
    'content-md5': 'rL0Y20zC+Fzt72VPzMSk2A==',
    'content-digest': 'md5=:rL0Y20zC+Fzt72VPzMSk2A==:',
    x: 'before',
  };
  const entry = freshened(
    {
      'cache-control': 'max-age=5',
      'content-length': '0',
      'content-encoding': 'br',
      'content-range': 'bytes 0-1/2',
      'content-md5': 'N7UdGUp1E+RbVvZSTy1R8g==',
      'content-digest': 'md5=:N7UdGUp1E+RbVvZSTy1R8g==:',
      'transfer-encoding': 'chunked',
      'set-cookie': 'a=1',
      x: 'now',
      y: 'new',
    },
    { stored },
  );
  assert.ok(typeof entry !== 'string');
  assert.equal(entry.freshUntil, NOW + 5000);
  assert.deepEqual(
    { ...entry.fields },
    { ...stored, 'cache-control': 'max-age=5', date: formatHttpDate(NOW), etag: '"a"', x: 'now', y: 'new' },
  );
});

test('a 304 that forbids to store ends the stored response', () => {
  assert.equal(freshened({ 'cache-control': 'no-store' }), 'no-store');
});

test('a response to HEAD contradicts a stored one by its validators or its length', () => {
  for (const name of ['etag', 'last-modified', 'content-length']) {
    assert.ok(headContradicts({ [name]: '1' }, entryOf({ [name]: '2' })), name);
    assert.ok(!headContradicts({ [name]: '1' }, entryOf({ [name]: '1' })), name);
    assert.ok(!headContradicts({ [name]: '1' }, entryOf({})), name);
    assert.ok(!headContradicts({}, entryOf({ [name]: '1' })), name);
  }
  assert.ok(!headContradicts({ x: '1' }, entryOf({ x: '2' })));
});

function has(asked: Record<string, string>, stored: Record<string, string>): boolean {
  return clientHasIt(readRequest('GET', 'https://a.example/', asked), entryOf(stored), NOW);
}

test('a client whose entity tag matches, strong or weak, has the response', () => {
  assert.ok(has({ 'if-none-match': '"b", "a"' }, { etag: '"a"' }));
  assert.ok(has({ 'if-none-match': 'W/"a"' }, { etag: '"a"' }));
  assert.ok(has({ 'if-none-match': '*' }, {}));
  assert.ok(!has({ 'if-none-match': '"b"' }, { etag: '"a"' }));
  assert.ok(!has({ 'if-none-match': '"a"' }, {}));
});

test('If-None-Match decides before If-Modified-Since', () => {
  const asked = { 'if-none-match': '"b"', 'if-modified-since': OLD };
  assert.ok(!has(asked, { etag: '"a"', 'last-modified': OLD }));
});

test('a client whose date is no earlier than the last change has the response', () => {
  assert.ok(has({ 'if-modified-since': OLD }, { 'last-modified': OLD }));
  assert.ok(has({ 'if-modified-since': OLD }, { 'last-modified': OLDER }));
  assert.ok(!has({ 'if-modified-since': OLDER }, { 'last-modified': OLD }));
  assert.ok(has({ 'if-modified-since': OLD }, { date: OLD }), 'Date stands in for Last-Modified');
  assert.ok(!has({ 'if-modified-since': OLDER }, { 'last-modified': OLD, date: OLDER }));
  assert.ok(!has({ 'if-modified-since': OLD }, {}));
  assert.ok(!has({ 'if-modified-since': 'x' }, { 'last-modified': OLD }));
  assert.ok(!has({}, { 'last-modified': OLD }));
});

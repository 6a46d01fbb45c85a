import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admit } from './admit.ts';
import type { PolicyOptions } from './options.ts';
import { readRequest } from './request.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const FRESH = { 'cache-control': 'max-age=60' };
const COOKIES = ['a=1', 'b=2'];
const IN_FIELDS = { 'set-cookie': 'a=1, b=2', 'set-cookie2': 'c=3' };

const SHARED: PolicyOptions = {
  jitter: 0,
  random: () => 0,
  mode: 'shared',
  storeSetCookie: true,
  targets: [],
  staleIfErrorMs: 0,
  heuristicLimitMs: 0,
  retentionMs: 0,
  tagField: 'cache-tag',
};

function admitted(fields: Record<string, string>, options: PolicyOptions): ReturnType<typeof admit> {
  const request = readRequest('GET', 'https://a.example/', {});
  const times = { requestedAt: NOW, respondedAt: NOW };
  const response = { status: 200, statusText: '', ...times, decoded: false, fields, setCookies: COOKIES };
  return admit(request, response, options);
}

test("a cookie is stored on request where all is one user's", () => {
  const entry = admitted({ ...FRESH, ...IN_FIELDS }, { ...SHARED, mode: 'private' });
  assert.ok(typeof entry !== 'string');
  assert.deepEqual(entry.setCookies, COOKIES);
  assert.deepEqual([entry.fields['set-cookie'], entry.fields['set-cookie2']], [undefined, 'c=3']);
});

test('for all users it never is, and without the option for none', () => {
  for (const options of [SHARED, { ...SHARED, mode: 'private', storeSetCookie: false } as const])
    assert.equal(admitted({ ...FRESH, ...IN_FIELDS }, options), 'set-cookie');
});

test('a cookie of a 304, which is not among the fields that are stored, does not get in by that', () => {
  const entry = admitted(FRESH, SHARED);
  assert.ok(typeof entry !== 'string');
  assert.equal(entry.setCookies, undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admit } from './admit.ts';
import { partitionsTag } from './key.ts';
import type { PolicyOptions } from './options.ts';
import { readRequest, type RequestRules } from './request.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const URL = 'https://a.example/';

const OPTIONS: PolicyOptions = {
  jitter: 0,
  storeSetCookie: false,
  random: () => 0,
  mode: 'shared',
  targets: [],
  staleIfErrorMs: 0,
  heuristicLimitMs: 86_400_000,
  retentionMs: 3_600_000,
  tagField: 'cache-tags',
};

const RULES: RequestRules = {
  mode: 'shared',
  credentialFields: new Set(['authorization']),
  partition: undefined,
  key: undefined,
  findRule: () => ({ never: undefined, ttlMs: 5000, negativeTtlMs: 2000, ignoreQuery: undefined }),
};

interface Given {
  readonly status?: number;
  readonly asked?: Record<string, string>;
  readonly rules?: Partial<RequestRules>;
  readonly options?: Partial<PolicyOptions>;
}

function admitted(fields: Record<string, string>, given: Given = {}): ReturnType<typeof admit> {
  const { status = 200, asked = {}, rules = {}, options = {} } = given;
  const request = readRequest('GET', URL, asked, undefined, { ...RULES, ...rules });
  const arrived = { status, statusText: '', requestedAt: NOW, respondedAt: NOW, decoded: false };
  return admit(request, { ...arrived, fields }, { ...OPTIONS, ...options });
}

/** How long it is fresh, or why it is not stored. */
function lifetime(fields: Record<string, string>, given: Given = {}): number | string {
  const entry = admitted(fields, given);
  return typeof entry === 'string' ? entry : entry.freshUntil - entry.bornAt;
}

test('the lifetime of a rule counts in place of that of the response, and makes one where there is none', () => {
  assert.equal(lifetime({}), 5000);
  assert.equal(lifetime({ 'cache-control': 'max-age=60' }), 5000);
  assert.equal(lifetime({ 'cache-control': 's-maxage=60' }), 5000);
  assert.equal(lifetime({ expires: '0' }), 5000);
  assert.equal(lifetime({}, { status: 302 }), 5000);
  assert.equal(lifetime({}, { status: 404 }), 2000);
  assert.equal(lifetime({}, { status: 500 }), 'status');
  assert.equal(lifetime({ 'cache-control': 'max-age=60' }, { status: 500 }), 60_000);
});

test('a rule makes nothing storable that is forbidden, or one user’s', () => {
  assert.equal(lifetime({ 'cache-control': 'no-store' }), 'no-store');
  assert.equal(lifetime({ 'cache-control': 'private' }), 'private');
  assert.equal(lifetime({ 'set-cookie': 'a=1' }), 'set-cookie');
  assert.equal(lifetime({ vary: '*' }), 'vary');
  assert.equal(lifetime({}, { asked: { authorization: 'x' } }), 'authorization');
  assert.equal(lifetime({}, { asked: { cookie: 'a=1' } }), 'cookie');
  assert.equal(lifetime({}, { status: 206 }), 'partial');
  assert.equal(lifetime({}, { status: 412 }), 'status');
});

test('in the partition of a user the rules of a private cache hold, but cookies are not handed on', () => {
  const rules = { partition: () => 'ann', findRule: undefined };
  const asked = { authorization: 'x', cookie: 'a=1' };
  assert.equal(lifetime({ 'cache-control': 'private, max-age=60' }, { rules, asked }), 60_000);
  assert.equal(lifetime({ 'cache-control': 's-maxage=10, max-age=60' }, { rules, asked }), 60_000);
  assert.equal(
    lifetime({ 'cache-control': 'max-age=60', 'set-cookie': 'a=2' }, { rules, asked }),
    'set-cookie',
  );
  assert.equal(lifetime({ 'cache-control': 'no-store' }, { rules, asked }), 'no-store');
});

test('what is stored in a partition has the tag by which all partitions are invalidated, besides its own', () => {
  const tags = (rules: Partial<RequestRules>): readonly string[] => {
    const entry = admitted({ 'cache-tags': 'x' }, { rules });
    return typeof entry === 'string' ? assert.fail(entry) : entry.tags;
  };
  assert.deepEqual(tags({}), ['tag x']);
  assert.deepEqual(tags({ partition: () => 'ann' }), ['tag x', partitionsTag(URL)]);
});

test('jitter takes a random part of a lifetime away, and of none nothing', () => {
  const of = (random: number, fields: Record<string, string>): number | string =>
    lifetime(fields, { rules: { findRule: undefined }, options: { jitter: 0.2, random: () => random } });
  const fresh = { 'cache-control': 'max-age=100' };
  assert.equal(of(0, fresh), 100_000);
  assert.equal(of(0.5, fresh), 90_000);
  assert.equal(of(1, fresh), 80_000);
  assert.equal(of(1, { 'cache-control': 'max-age=0', etag: '"a"' }), 0);
  assert.equal(lifetime(fresh, { rules: { findRule: undefined }, options: { random: () => 1 } }), 100_000);
  const past = {
    date: new Date(NOW).toUTCString(),
    expires: new Date(NOW - 5000).toUTCString(),
    etag: '"a"',
  };
  assert.equal(of(1, past), -5000, 'a time in the past stays where it is');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CacheRequest,
  NO_REQUEST_DIRECTIVES,
  type PartitionedRequest,
  readRequest,
  readRequestDirectives,
  type RequestRules,
  locate,
  type RequestDirectives,
} from './request.ts';

/** A Cache-Control field of a request, and what it sets. */
const FIELDS: readonly (readonly [field: string, directives: Partial<RequestDirectives>])[] = [
  ['', {}],
  ['no-store', { noStore: true }],
  ['no-cache', { noCache: true }],
  ['only-if-cached', { onlyIfCached: true }],
  ['max-age=10', { maxAge: 10 }],
  ['max-age=x', { maxAge: 0 }],
  ['min-fresh=10', { minFresh: 10 }],
  ['min-fresh=x', { minFresh: Infinity }],
  ['max-stale', { maxStale: Infinity }],
  ['max-stale=10', { maxStale: 10 }],
  ['max-stale=x', {}],
  ['stale-if-error=10', { staleIfError: 10 }],
  ['stale-if-error=x', {}],
  ['NO-CACHE, Max-Age=5', { noCache: true, maxAge: 5 }],
];

for (const [field, directives] of FIELDS) {
  test(`Cache-Control "${field}" of a request sets nothing else`, () => {
    const expected = { ...NO_REQUEST_DIRECTIVES, ...directives };
    assert.deepEqual(readRequestDirectives({ 'cache-control': field }), expected);
  });
}

test('without Cache-Control nothing is set, except by Pragma: no-cache', () => {
  const nothing = {
    noStore: false,
    noCache: false,
    onlyIfCached: false,
    maxAge: undefined,
    minFresh: undefined,
    maxStale: undefined,
    staleIfError: undefined,
    reload: false,
    force: false,
  };
  assert.deepEqual(readRequestDirectives({}), nothing);
  assert.deepEqual(readRequestDirectives({ pragma: 'other' }), nothing);
  assert.deepEqual(readRequestDirectives({ pragma: 'no-cache' }), { ...nothing, noCache: true });
  assert.deepEqual(readRequestDirectives({ pragma: 'no-cache', 'cache-control': 'max-age=1' }), {
    ...nothing,
    maxAge: 1,
  });
});

test('a plain request carries no credentials, no range and no conditions', () => {
  assert.deepEqual(readRequest('GET', 'https://a.example/', {}), {
    method: 'GET',
    url: 'https://a.example/',
    host: undefined,
    target: 'https://a.example/',
    resource: 'https://a.example/',
    partition: { user: undefined, audience: undefined },
    rule: undefined,
    fields: {},
    directives: NO_REQUEST_DIRECTIVES,
    hasAuthorization: false,
    hasCookie: false,
    range: undefined,
    isConditional: false,
    hasPrecondition: false,
    isShareable: true,
    isPlain: true,
  });
});

test('each field that matters shows, and no other', () => {
  const read = (name: string, value: string): object => {
    const { fields: _, ...request } = readRequest('GET', 'https://a.example/', { [name]: value });
    return request;
  };
  const { fields: _, ...plain } = readRequest('GET', 'https://a.example/', {});
  const own = { ...plain, isShareable: false, isPlain: false };
  assert.deepEqual(read('authorization', 'Basic x'), { ...own, hasAuthorization: true });
  assert.deepEqual(read('cookie', 'a=1'), { ...own, hasCookie: true });
  assert.deepEqual(read('range', 'bytes=0-1'), { ...own, range: 'bytes=0-1' });
  const asking = { ...plain, isPlain: false };
  assert.deepEqual(read('if-none-match', '"a"'), { ...asking, isConditional: true });
  assert.deepEqual(read('if-modified-since', 'x'), { ...asking, isConditional: true });
  assert.deepEqual(read('if-match', '"a"'), { ...asking, hasPrecondition: true });
  assert.deepEqual(read('if-unmodified-since', 'x'), { ...asking, hasPrecondition: true });
  assert.deepEqual(read('host', 'B.example'), {
    ...plain,
    host: 'b.example',
    target: '9 b.example https://a.example/',
    resource: '9 b.example https://a.example/',
  });
  assert.deepEqual(read('accept', '*/*'), plain);
});

test('directives that the caller has read are taken as they are', () => {
  const directives = { ...NO_REQUEST_DIRECTIVES, maxAge: 7 };
  const request = readRequest('GET', 'https://a.example/', { 'cache-control': 'no-store' }, directives);
  assert.equal(request.directives, directives);
});

test('a method other than GET and a request with no-store are not what others get', () => {
  const { isShareable, isPlain } = readRequest('HEAD', 'https://a.example/', {});
  assert.deepEqual([isShareable, isPlain], [false, false]);
  const noStore = readRequest('GET', 'https://a.example/', { 'cache-control': 'no-store' });
  assert.deepEqual([noStore.isShareable, noStore.isPlain], [true, false]);
});

test('credentials are the fields that were named, and in a private cache none are', () => {
  const credentialFields = new Set(['authorization', 'x-who']);
  const has = (name: string, mode: 'shared' | 'private'): boolean => {
    const fields = { [name]: '1' };
    const { hasAuthorization, hasCookie, isShareable } = readRequest(
      'GET',
      'https://a.example/',
      fields,
      undefined,
      { mode, credentialFields, partition: undefined, key: undefined, findRule: undefined },
    );
    assert.equal(isShareable, !hasAuthorization && !hasCookie);
    return hasAuthorization || hasCookie;
  };
  for (const name of ['authorization', 'x-who', 'cookie']) {
    assert.ok(has(name, 'shared'), name);
    assert.ok(!has(name, 'private'), name);
  }
  assert.ok(!has('x-other', 'shared'));
});

test('a user named by the caller has a partition of its own, in which credentials need no care', () => {
  const rules = {
    mode: 'shared',
    credentialFields: new Set(['authorization']),
    partition: ({ headers }: PartitionedRequest) => headers['x-who'],
    key: undefined,
    findRule: undefined,
  } as const;
  const read = (fields: Record<string, string>, audience?: string): CacheRequest =>
    readRequest('GET', 'https://a.example/', fields, undefined, rules, audience);
  const ann = read({ 'x-who': 'ann', authorization: 'a', cookie: 'b' });
  assert.deepEqual([ann.hasAuthorization, ann.hasCookie, ann.isPlain], [false, false, true]);
  const nobody = read({ authorization: 'a', cookie: 'b' });
  assert.deepEqual([nobody.hasAuthorization, nobody.hasCookie, nobody.isPlain], [true, true, false]);
  assert.equal(nobody.resource, nobody.target);
  for (const no of ['', null, Number.NaN, {}, undefined]) {
    const { partition } = readRequest('GET', 'https://a.example/', {}, undefined, {
      ...rules,
      partition: () => no as never,
    });
    assert.equal(partition.user, undefined);
  }
  const all = [ann, nobody, read({ 'x-who': 'bob' }), read({}, 'ann'), read({}, '')];
  assert.equal(new Set(all.map(({ resource }) => resource)).size, all.length);
  assert.deepEqual(new Set(all.map(({ target }) => target)), new Set(['https://a.example/']));
  assert.ok(!ann.resource.includes('ann'));
});

const RULES: RequestRules = {
  mode: 'shared',
  credentialFields: new Set(['authorization']),
  partition: undefined,
  key: undefined,
  findRule: undefined,
};

test('without rules and a key a URL is stored as it is sent', () => {
  const url = 'http://a.example/x/../y?b=2&a=1';
  assert.deepEqual(locate(url, undefined, RULES), { target: url, rule: undefined });
  assert.equal(locate(url, 'b.example', RULES).target, `9 b.example ${url}`);
});

test('a key is made of the URL that is left by the rule, and never of a path that it can not tell apart', () => {
  const seen: string[] = [];
  const key = (url: globalThis.URL): string => {
    seen.push(url.href);
    return 'http://key.example/';
  };
  const rule = { never: undefined, ttlMs: 5, negativeTtlMs: undefined, ignoreQuery: ['b'] };
  const rules = { key, findRule: () => rule };
  assert.deepEqual(locate('http://a.example/x?b=2&a=1', undefined, rules), {
    target: 'http://key.example/',
    rule,
  });
  assert.deepEqual(seen, ['http://a.example/x?a=1']);
  const raw = locate('http://a.example/x/../y', undefined, rules);
  assert.deepEqual([raw.target, raw.rule?.never, seen.length], ['http://a.example/x/../y', true, 1]);
});

test('what is never stored, and whose user can not be told, is asked for as with no-store', () => {
  const noStore = (rules: Partial<RequestRules>): boolean =>
    readRequest('GET', 'https://a.example/', {}, undefined, { ...RULES, ...rules }).directives.noStore;
  const rule = { never: true, ttlMs: undefined, negativeTtlMs: undefined, ignoreQuery: undefined };
  assert.equal(noStore({}), false);
  assert.equal(noStore({ findRule: () => ({ ...rule, never: false }) }), false);
  assert.equal(noStore({ findRule: () => rule }), true);
  const broken = (): never => {
    throw new Error('broken');
  };
  assert.equal(noStore({ partition: broken }), true);
  assert.equal(noStore({ key: broken }), true);
});

test('a partition function sees method, URL and fields', () => {
  let seen: PartitionedRequest | undefined;
  const partition = (request: PartitionedRequest): undefined => {
    seen = request;
  };
  readRequest('HEAD', 'https://a.example/x', { 'x-a': '1' }, undefined, { ...RULES, partition });
  assert.deepEqual({ ...seen }, { method: 'HEAD', url: 'https://a.example/x', headers: { 'x-a': '1' } });
});

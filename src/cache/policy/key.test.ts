import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foreignHost, partitionKey, partitionsTag, resourceKey, variantDigest } from './key.ts';

const URL = 'http://a.example:81/x';

test('a host is foreign if it is not the one of the URL', () => {
  assert.equal(foreignHost(URL, {}), undefined);
  assert.equal(foreignHost(URL, { host: 'A.example:81' }), undefined);
  assert.equal(foreignHost(URL, { ':authority': 'A.example:81' }), undefined);
  assert.equal(foreignHost(URL, { host: 'a.example' }), 'a.example');
  assert.equal(foreignHost(URL, { host: 'B.example' }), 'b.example');
  assert.equal(foreignHost(URL, { ':authority': 'B.example' }), 'b.example');
  assert.equal(foreignHost(URL, { host: '' }), '');
});

test('a request that names two hosts is for neither alone', () => {
  assert.equal(foreignHost(URL, { ':authority': 'a.example:81', host: 'B' }), 'a.example:81 b');
  assert.equal(foreignHost(URL, { ':authority': 'B.example', host: 'b.example' }), 'b.example');
});

test('the key of a resource is its URL, and two that differ in URL or host have two keys', () => {
  assert.equal(resourceKey(URL, undefined), URL);
  const host = fc.option(fc.stringMatching(/^[a-b ]{0,4}$/), { nil: undefined });
  const url = fc.stringMatching(/^http:\/\/[a-b/ ]{0,5}$/);
  fc.assert(
    fc.property(host, url, host, url, (hostA, urlA, hostB, urlB) => {
      const isSame = hostA === hostB && urlA === urlB;
      assert.equal(resourceKey(urlA, hostA) === resourceKey(urlB, hostB), isSame);
    }),
  );
});

test('a variant is named by a digest that shows none of its values', () => {
  const digest = variantDigest(['cookie'], { cookie: 'SECRET' });
  assert.match(digest, /^[\w-]{43}$/);
  assert.ok(!digest.includes('SECRET'));
  assert.equal(variantDigest(['cookie'], { cookie: 'SECRET', other: '1' }), digest);
  assert.notEqual(variantDigest(['cookie'], { cookie: 'other' }), digest);
  assert.notEqual(variantDigest(['cookie'], {}), digest);
});

test('partitions of a resource have keys of their own, which show nobody, and one tag together', () => {
  const of = (user?: string, audience?: string, target: string = URL): string =>
    partitionKey(target, { user, audience });
  const keys = [
    of('a'),
    of('b'),
    of('', 'a'),
    of(undefined, 'a'),
    of('a', 'a'),
    of('a', ''),
    of('a', undefined, `${URL}/`),
  ];
  assert.equal(new Set([...keys, URL, resourceKey(URL, 'a')]).size, keys.length + 2);
  assert.equal(of('a'), of('a'));
  assert.ok(!of('SECRET', 'HIDDEN').match(/SECRET|HIDDEN/));
  for (const key of keys) assert.match(key, /^partition [\w-]{43} http/);
  assert.match(partitionsTag(URL), /^partitions [\w-]{43}$/);
  assert.notEqual(partitionsTag(URL), partitionsTag(`${URL}/`));
});

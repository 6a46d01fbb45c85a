import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foreignHost, resourceKey, variantDigest } from './key.ts';

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

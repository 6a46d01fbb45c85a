import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidatedUrls, isUnsafe } from './invalidate.ts';

const URL = 'https://a.example/list?page=1';

test('only the methods that are known to be safe are safe', () => {
  for (const method of 'GET HEAD OPTIONS TRACE PROPFIND REPORT SEARCH QUERY PRI'.split(' ')) {
    assert.ok(!isUnsafe(method), method);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'get', 'UNHEARD-OF', '']) {
    assert.ok(isUnsafe(method), method);
  }
});

test('a success and a redirect invalidate the URL of the request, an error nothing', () => {
  for (const status of [200, 204, 303, 399]) assert.deepEqual(invalidatedUrls(URL, status, {}), [URL]);
  for (const status of [100, 199, 400, 500]) assert.deepEqual(invalidatedUrls(URL, status, {}), []);
});

test('Location and Content-Location are invalidated too, without fragments', () => {
  const fields = { location: '/made/1#top', 'content-location': 'https://a.example/made' };
  assert.deepEqual(invalidatedUrls(URL, 201, fields), [
    URL,
    'https://a.example/made/1',
    'https://a.example/made',
  ]);
  assert.deepEqual(invalidatedUrls(URL, 200, { location: '?page=1' }), [URL], 'each once');
});

test('URLs of other origins and what is no URL are left out', () => {
  for (const location of [
    'https://b.example/',
    'http://a.example/',
    'https://a.example:8443/',
    'https://[',
  ]) {
    assert.deepEqual(invalidatedUrls(URL, 200, { location }), [URL], location);
  }
});

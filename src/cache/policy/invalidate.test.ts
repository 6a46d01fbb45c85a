import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidatedUrls, isUnsafe } from './invalidate.ts';

const URL = 'https://a.example/list?page=1';
const OF = { url: URL, host: undefined };

test('only the methods that are known to be safe are safe', () => {
  for (const method of 'GET HEAD OPTIONS TRACE PROPFIND REPORT SEARCH QUERY PRI'.split(' ')) {
    assert.ok(!isUnsafe(method), method);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'get', 'UNHEARD-OF', '']) {
    assert.ok(isUnsafe(method), method);
  }
});

test('a success and a redirect invalidate the URL of the request, an error nothing', () => {
  for (const status of [200, 204, 303, 399]) assert.deepEqual(invalidatedUrls(OF, status, {}), [URL]);
  for (const status of [100, 199, 400, 500]) assert.deepEqual(invalidatedUrls(OF, status, {}), []);
});

test('Location and Content-Location are invalidated too, without fragments', () => {
  const fields = { location: '/made/1#top', 'content-location': 'https://a.example/made' };
  assert.deepEqual(invalidatedUrls(OF, 201, fields), [
    URL,
    'https://a.example/made/1',
    'https://a.example/made',
  ]);
  assert.deepEqual(invalidatedUrls(OF, 200, { location: '?page=1' }), [URL], 'each once');
});

test('URLs of other origins and what is no URL are left out', () => {
  for (const location of [
    'https://b.example/',
    'http://a.example/',
    'https://a.example:8443/',
    'https://[',
  ]) {
    assert.deepEqual(invalidatedUrls(OF, 200, { location }), [URL], location);
  }
});

test('behind a host of its own, Location is about that host, and found at the server that was asked', () => {
  const of = { url: 'http://10.0.0.5:81/list', host: 'a.example' };
  const urls = (location: string): readonly string[] => invalidatedUrls(of, 303, { location }).slice(1);
  assert.deepEqual(urls('http://a.example/made?b=1'), ['http://10.0.0.5:81/made?b=1']);
  assert.deepEqual(urls('/made'), ['http://10.0.0.5:81/made']);
  assert.deepEqual(urls('http://10.0.0.5:81/made'), []);
  assert.deepEqual(urls('http://b.example/made'), []);
});

test('a path that was sent unnormalized is invalid by both of its names', () => {
  const of = { url: 'http://a.example/b/../list', host: undefined };
  assert.deepEqual(invalidatedUrls(of, 204, {}), ['http://a.example/b/../list', 'http://a.example/list']);
});

test('behind a redirect the URL that was asked is invalid whatever came, and so is where it led', () => {
  const led = (status: number, to: string, location?: string): readonly string[] =>
    invalidatedUrls(OF, status, location === undefined ? {} : { location }, to);
  assert.deepEqual(led(200, 'https://a.example/made/1#top'), [URL, 'https://a.example/made/1']);
  assert.deepEqual(led(404, 'https://a.example/made/1'), [URL, 'https://a.example/made/1']);
  assert.deepEqual(led(503, 'https://b.example/made/1'), [URL]);
  // Location is relative to where it was said, and an error says nothing.
  assert.deepEqual(led(201, 'https://a.example/x/y', 'z'), [
    URL,
    'https://a.example/x/y',
    'https://a.example/x/z',
  ]);
  assert.deepEqual(led(404, 'https://a.example/x/y', 'z'), [URL, 'https://a.example/x/y']);
});

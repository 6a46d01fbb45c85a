import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redirected } from './http.ts';

test('a redirect stays on its host, and headers never leave an encrypted connection', () => {
  const to = (from: string, location: string): string => redirected(new URL(from), location).href;
  assert.equal(to('https://a.test/x', '/y'), 'https://a.test/y');
  assert.equal(to('http://a.test/x', 'https://a.test/y'), 'https://a.test/y');
  assert.throws(() => to('https://a.test/x', 'http://a.test/y'), {
    message: 'redirects from https: to http:',
  });
  assert.throws(() => to('http://a.test/', 'ftp://a.test/'), { message: 'redirects from http: to ftp:' });
  assert.throws(() => to('http://a.test/', '//b.test/'), { message: 'redirects to another host, b.test' });
  assert.throws(() => to('http://a.test/', 'http://a.test:81/'), { message: /another host, a\.test:81/ });
});

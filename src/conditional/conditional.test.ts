import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConditionalOptions, preconditions } from './conditional.ts';

const CHANGED = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const URL = 'http://a.example/';

function asked(
  options: ConditionalOptions,
  headers: Record<string, string> = {},
  method = 'GET',
): { status: number | undefined; etag: string | undefined } {
  const { status, headers: said } = preconditions(new Request(URL, { method, headers }), options);
  return { status, etag: said['etag'] };
}

test('a client that sends back the tag it got can write, if there is a version or a strong tag', () => {
  for (const options of [
    { lastModified: CHANGED, version: 7 },
    { lastModified: CHANGED, version: 7, vary: 'accept-language, accept' },
    { etag: '"v7"' },
  ]) {
    const { etag = '' } = asked(options, { 'accept-language': 'de' });
    assert.equal(asked(options, { 'if-match': etag }, 'PUT').status, undefined, etag);
    const changed = 'etag' in options ? { etag: '"v8"' } : { ...options, version: 8 };
    assert.equal(asked(changed, { 'if-match': etag }, 'PUT').status, 412, etag);
  }
});

test('If-Unmodified-Since is ignored where no date is known', () => {
  const headers = { 'if-unmodified-since': 'Fri, 02 Jan 2026 03:04:04 GMT' };
  assert.equal(asked({ etag: '"a"' }, headers, 'PUT').status, undefined);
  assert.equal(asked({ lastModified: CHANGED }, headers, 'PUT').status, 412);
});

test('each variant has a tag of its own, unless the tag was given', () => {
  const options = { lastModified: CHANGED, vary: 'accept-language' };
  const german = asked(options, { 'accept-language': 'de' }).etag ?? '';
  assert.notEqual(asked(options, { 'accept-language': 'en' }).etag, german);
  assert.equal(asked(options, { 'accept-language': 'de', 'if-none-match': german }).status, 304);
  assert.equal(asked(options, { 'accept-language': 'en', 'if-none-match': german }).status, undefined);
  assert.equal(asked({ ...options, etag: '"a"' }, { 'accept-language': 'de' }).etag, '"a"');
});

test('what is not there yet fails If-Match, and passes If-None-Match, whatever is known of it', () => {
  for (const options of [{ exists: false }, { exists: false, etag: '"a"' }]) {
    assert.equal(asked(options, { 'if-match': '*' }, 'PUT').status, 412);
    assert.equal(asked(options, { 'if-match': '"a"' }, 'PUT').status, 412);
    assert.equal(asked(options, { 'if-none-match': '*' }, 'PUT').status, undefined);
  }
});

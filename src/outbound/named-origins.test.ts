import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_REMEMBERED, NamedOrigins } from './named-origins.ts';

test('origins are found however they are spelled, and no others are', () => {
  const origins = new NamedOrigins(['http://Mailbox.internal:80', 'https://[::1]:8443', 'http://a.b:8080']);
  for (const [spelling, origin] of [
    ['http://mailbox.internal', 'http://mailbox.internal'],
    ['http://MAILBOX.internal:80/folders?a=1', 'http://mailbox.internal'],
    [new URL('http://mailbox.internal/x'), 'http://mailbox.internal'],
    ['https://[0:0:0:0:0:0:0:1]:8443', 'https://[::1]:8443'],
    ['http://a.b:8080', 'http://a.b:8080'],
  ] as const) {
    assert.equal(origins.find(spelling), origin, String(spelling));
    assert.equal(origins.find(spelling), origin, `${String(spelling)}, remembered`);
  }
  for (const other of [
    'https://mailbox.internal',
    'http://mailbox.internal:81',
    'http://mailbox.internal.evil.example',
    'http://mailbox.internal@evil.example',
    'http://a.b',
    'no url',
    '',
    undefined,
    null,
    7,
  ]) {
    assert.equal(origins.find(other), undefined, String(other));
  }
});

test('of millions of origins a bounded number is remembered', () => {
  const origins = new NamedOrigins(['http://a.b']);
  let most = 0;
  for (let i = 0; i < 10 * MAX_REMEMBERED; i += 1) {
    origins.find(`http://host-${i}.example`);
    most = Math.max(most, origins.remembered);
  }
  assert.equal(most, MAX_REMEMBERED);
  assert.equal(origins.find('http://A.B'), 'http://a.b');
});

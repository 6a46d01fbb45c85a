import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { type AccessPolicy, isLoopbackAddress, type Refusal, refuseStranger } from './access.ts';
import { Tries } from './tries.ts';

const refused = (
  headers: IncomingHttpHeaders,
  policy: AccessPolicy,
  tries = new Tries(),
  nowMs = 0,
): Refusal | undefined => refuseStranger(headers, policy, { address: '192.0.2.1', tries, nowMs });

const LOCAL = { loopback: true, token: undefined };
const LOCAL_TOKEN = { loopback: true, token: 'secret' };
const OPEN = { loopback: false, token: undefined };
const OPEN_TOKEN = { loopback: false, token: 'secret' };

const TABLE = [
  ['loopback needs no token', LOCAL, { host: 'localhost:9999' }, undefined],
  ['loopback by address', LOCAL, { host: '127.0.0.1:9999' }, undefined],
  ['loopback by IPv6 address', LOCAL, { host: '[::1]:9999' }, undefined],
  ['loopback, no Host', LOCAL, {}, 403],
  ['DNS rebinding', LOCAL, { host: 'rebind.example:9999' }, 403],
  ['a name that begins with localhost', LOCAL, { host: 'localhost.example' }, 403],
  ['a name that begins with 127', LOCAL, { host: '127.0.0.1.example' }, 403],
  ['its own page', LOCAL, { host: 'localhost:9999', origin: 'http://localhost:9999' }, undefined],
  ['a page elsewhere', LOCAL, { host: 'localhost:9999', origin: 'https://evil.example' }, 403],
  ['a page on another local port', LOCAL, { host: 'localhost:9999', origin: 'http://localhost:3000' }, 403],
  ['a page without origin', LOCAL, { host: 'localhost:9999', origin: 'null' }, 403],
  ['a token is not needed on loopback', LOCAL_TOKEN, { host: 'localhost' }, undefined],
  [
    'a token opens what Host closes',
    LOCAL_TOKEN,
    { host: 'proxy', authorization: 'Bearer secret' },
    undefined,
  ],
  ['a wrong token does not', LOCAL_TOKEN, { host: 'proxy', authorization: 'Bearer wrong' }, 403],
  ['open without a token', OPEN, { host: 'localhost:9999' }, 403],
  ['open without a token, one sent', OPEN, { authorization: 'Bearer undefined' }, 403],
  ['open, none sent', OPEN_TOKEN, { host: 'localhost:9999' }, 401],
  ['open, wrong', OPEN_TOKEN, { authorization: 'Bearer secre' }, 401],
  ['open, longer', OPEN_TOKEN, { authorization: 'Bearer secretsecret' }, 401],
  ['open, another scheme', OPEN_TOKEN, { authorization: 'Basic secret' }, 401],
  ['open, empty', OPEN_TOKEN, { authorization: 'Bearer ' }, 401],
  ['open, right', OPEN_TOKEN, { authorization: 'Bearer secret' }, undefined],
  ['the scheme in any case', OPEN_TOKEN, { authorization: 'bearer secret' }, undefined],
] as const;

for (const [name, policy, headers, status] of TABLE) {
  test(`${name}: ${status ?? 'allowed'}`, () => {
    assert.equal(refused(headers, policy)?.status, status);
  });
}

test('an open port without a token says how to set one', () => {
  assert.match(refused({}, OPEN)?.reason ?? '', /RESPITE_MANAGEMENT_TOKEN or management\.token/);
});

test('loopback addresses', () => {
  assert.deepEqual(
    [
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      '::ffff:127.0.0.1',
      '0.0.0.0',
      '::',
      '10.0.0.1',
      '::ffff:10.0.0.1',
    ].filter(isLoopbackAddress),
    ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'],
  );
});

test('after wrong tokens not even the right one is looked at, until some time has passed', () => {
  const tries = new Tries();
  const wrong = { authorization: 'Bearer wrong' };
  const right = { authorization: 'Bearer secret' };
  for (let i = 0; i < 10; i += 1) assert.equal(refused(wrong, OPEN_TOKEN, tries)?.status, 401);
  assert.deepEqual(refused(right, OPEN_TOKEN, tries), {
    status: 429,
    reason: 'too many wrong tokens; try again later',
    retryAfterSeconds: 6,
  });
  assert.equal(refused({}, OPEN_TOKEN, tries)?.status, 401, 'who tries nothing is no guesser');
  assert.equal(refused(right, OPEN_TOKEN, tries, 6000), undefined);
});

test('who needs no token is not counted for sending one', () => {
  const tries = new Tries();
  for (let i = 0; i < 100; i += 1) {
    assert.equal(
      refused({ host: 'localhost', authorization: 'Bearer wrong' }, LOCAL_TOKEN, tries),
      undefined,
    );
  }
  assert.equal(refused({ host: 'proxy', authorization: 'Bearer secret' }, LOCAL_TOKEN, tries), undefined);
});

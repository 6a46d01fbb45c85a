import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { type AccessPolicy, authenticate, provesUser, isLoopbackAddress, type Refusal } from './access.ts';
import { Tries } from './tries.ts';

const refused = (
  headers: IncomingHttpHeaders,
  policy: AccessPolicy,
  tries = new Tries(),
  nowMs = 0,
): Refusal | undefined => authenticate(headers, policy, { address: '192.0.2.1', tries, nowMs });

const LOCAL = { reach: 'machine', token: undefined } as const;
const LOCAL_TOKEN = { reach: 'machine', token: 'secret' } as const;
const SOCKET = { reach: 'socket', token: undefined } as const;
const SOCKET_TOKEN = { reach: 'socket', token: 'secret' } as const;
const OPEN = { reach: 'network', token: undefined } as const;
const OPEN_TOKEN = { reach: 'network', token: 'secret' } as const;

const respite = '1';
const local = { host: 'localhost:9999', respite };

const TABLE: readonly (readonly [
  name: string,
  policy: AccessPolicy,
  headers: IncomingHttpHeaders,
  status: number | undefined,
])[] = [
  ['loopback needs no token', LOCAL, local, undefined],
  ['loopback by address', LOCAL, { host: '127.0.0.1:9999', respite }, undefined],
  ['loopback by IPv6 address', LOCAL, { host: '[::1]:9999', respite }, undefined],
  ['a link or a forged request of a server', LOCAL, { host: 'localhost:9999' }, 403],
  ['another value of the header', LOCAL, { ...local, respite: '0' }, 403],
  ['loopback, no Host', LOCAL, { respite }, 403],
  ['DNS rebinding', LOCAL, { host: 'rebind.example:9999', respite }, 403],
  ['a name that begins with localhost', LOCAL, { host: 'localhost.example', respite }, 403],
  ['a name that begins with 127', LOCAL, { host: '127.0.0.1.example', respite }, 403],
  ['its own page', LOCAL, { ...local, origin: 'http://localhost:9999' }, undefined],
  ['a page elsewhere', LOCAL, { ...local, origin: 'https://evil.example' }, 403],
  ['a page on another local port', LOCAL, { ...local, origin: 'http://localhost:3000' }, 403],
  ['a page without origin', LOCAL, { ...local, origin: 'null' }, 403],
  ['a proxy that says for whom', LOCAL, { ...local, forwarded: 'for=203.0.113.9' }, 403],
  ['a proxy that says so the old way', LOCAL, { ...local, 'x-forwarded-for': '203.0.113.9' }, 403],
  ['a proxy that says how it was asked', LOCAL, { ...local, 'x-forwarded-proto': 'https' }, 403],
  ['a proxy that says its own name', LOCAL, { ...local, via: '1.1 proxy' }, 403],
  ['a proxy that is not believed', LOCAL, { ...local, 'x-real-ip': '127.0.0.1' }, 403],
  ['loopback with a token, none sent', LOCAL_TOKEN, local, 401],
  ['loopback with a token, wrong', LOCAL_TOKEN, { ...local, authorization: 'Bearer wrong' }, 401],
  ['loopback with a token, right', LOCAL_TOKEN, { ...local, authorization: 'Bearer secret' }, undefined],
  [
    'the token through a proxy',
    LOCAL_TOKEN,
    { host: 'proxy', via: '1.1 proxy', authorization: 'Bearer secret' },
    undefined,
  ],
  ['a Unix socket, under any name', SOCKET, { host: 'respite', respite }, undefined],
  ['a Unix socket, without the header', SOCKET, { host: 'localhost' }, 403],
  ['a Unix socket behind a proxy', SOCKET, { host: 'localhost', respite, via: '1.1 proxy' }, 403],
  ['a Unix socket with a token, none sent', SOCKET_TOKEN, { host: 'localhost', respite }, 401],
  ['open without a token', OPEN, local, 403],
  ['open without a token, one sent', OPEN, { authorization: 'Bearer undefined' }, 403],
  ['open, none sent', OPEN_TOKEN, local, 401],
  ['open, wrong', OPEN_TOKEN, { authorization: 'Bearer secre' }, 401],
  ['open, longer', OPEN_TOKEN, { authorization: 'Bearer secretsecret' }, 401],
  ['open, another scheme', OPEN_TOKEN, { authorization: 'Basic secret' }, 401],
  ['open, empty', OPEN_TOKEN, { authorization: 'Bearer ' }, 401],
  ['open, right', OPEN_TOKEN, { authorization: 'Bearer secret' }, undefined],
  ['the scheme in any case', OPEN_TOKEN, { authorization: 'bearer secret' }, undefined],
];

for (const [name, policy, headers, status] of TABLE) {
  test(`${name}: ${status ?? 'allowed'}`, () => {
    assert.equal(refused(headers, policy)?.status, status);
  });
}

test('a refusal says what to do next', () => {
  assert.match(refused({}, OPEN)?.reason ?? '', /RESPITE_MANAGEMENT_TOKEN or management\.token/);
  assert.match(refused({ ...local, via: '1.1 proxy' }, LOCAL)?.reason ?? '', /^the header via .*set a token/);
  assert.match(refused({ host: 'localhost' }, LOCAL)?.reason ?? '', /^send the header "Respite: 1"/);
  assert.match(refused(local, LOCAL_TOKEN)?.reason ?? '', /^send .*"Authorization: Bearer <token>"/);
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

test('requests without a token are not counted as guesses', () => {
  const tries = new Tries();
  for (let i = 0; i < 100; i += 1) assert.equal(refused(local, LOCAL_TOKEN, tries)?.status, 401);
  const right = { ...local, authorization: 'Bearer secret' };
  assert.equal(refused(right, LOCAL_TOKEN, tries), undefined);
});

test('only a token or a Unix socket proves whose a caller is', () => {
  assert.deepEqual(
    (['socket', 'machine', 'network'] as const).map((reach) => provesUser({ reach, token: undefined })),
    [true, false, false],
  );
  assert.ok(provesUser({ reach: 'machine', token: 'secret' }));
});

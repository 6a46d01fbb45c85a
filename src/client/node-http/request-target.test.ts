import assert from 'node:assert/strict';
import https from 'node:https';
import { test } from 'node:test';
import { optionsWith, type RequestArguments, spelledOrigin, targetOf } from './request-target.ts';

const NAMED: readonly (readonly [origin: string | undefined, args: RequestArguments])[] = [
  ['http://a.b', ['http://A.b/x?y']],
  ['http://a.b', ['http://user:pass@a.b:80?y']],
  ['http://a.b:81', [new URL('http://a.b:81/x'), () => {}]],
  ['http://a.b', [{ host: 'A.B', path: '/x' }]],
  ['http://a.b:81', [{ hostname: 'a.b', host: 'c.d', port: '81' }]],
  ['https://a.b', [{ protocol: 'https:', host: 'a.b', agent: https.globalAgent }]],
  ['https://a.b', [{ host: 'a.b', agent: https.globalAgent }]],
  ['http://[::1]:81', [{ host: '::1', port: 81 }]],
  ['http://[::1]:81', [{ host: '[0:0::1]', port: 81 }]],
  ['http://localhost', [{}]],
  ['http://c.d', ['http://a.b/', { hostname: 'c.d' }]],
  ['http://a.b:81', ['http://a.b/', { port: 81 }]],
  ['http://named.internal', [{ host: 'proxy', port: 3128, headers: { Host: 'named.internal' } }]],
  ['http://named.internal', ['http://a.b/', { headers: { host: 'named.internal' } }]],
  ['http://named.internal', [{ host: 'a.b', headers: ['Host', 'named.internal'] }]],
  [undefined, ['no url']],
  [undefined, [{ method: 'CONNECT', host: 'a.b' }]],
  [undefined, [{ host: 'a.b', headers: { Upgrade: 'websocket' } }]],
  [undefined, [{ socketPath: '/run/docker.sock' }]],
  [undefined, [{ host: 7 }]],
];

test('the origin is the one that node:http names to the server', () => {
  for (const [origin, args] of NAMED)
    assert.equal(targetOf(args, 'http:')?.origin, origin, JSON.stringify(args));
});

test('what is looked up first says nothing else', () => {
  for (const [origin, args] of NAMED) {
    if (origin === undefined) continue;
    const spelling = spelledOrigin(args, 'http:');
    if (spelling !== undefined) assert.equal(new URL(spelling).origin, origin, JSON.stringify(args));
  }
});

test('what the caller passes stays as it is', () => {
  const options = Object.freeze({
    host: 'a.b',
    headers: Object.freeze({ 'Respite-Attempt': '7', accept: 'c/d' }),
  });
  assert.deepEqual(optionsWith(options, [['respite-attempt', '2']]).headers, {
    accept: 'c/d',
    'respite-attempt': '2',
  });
  const listed = { headers: Object.freeze([['a', 'b']]) };
  assert.deepEqual(optionsWith(listed as never, [['c', 'd']]).headers, ['a', 'b', 'c', 'd']);
  assert.equal(targetOf([options], 'http:')?.options.headers, options.headers);
});

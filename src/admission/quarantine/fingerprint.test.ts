import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fingerprints, type RequestHead } from './fingerprint.ts';
import { histories } from '../../../test/harness/histories.ts';

const HEAD: RequestHead = {
  method: 'GET',
  target: '/search?q=tomorrow',
  headers: { 'user-agent': 'test', cookie: 'session=secret' },
  bodyBytes: 0,
  peer: { remoteAddress: '10.0.0.1' },
};

const make = (salt = 'salt', identityHeader?: string): Fingerprints =>
  new Fingerprints({ salt, identityHeader });

const of = (change: Partial<RequestHead>, fingerprints = make()): ReturnType<Fingerprints['of']> =>
  fingerprints.of({ ...HEAD, ...change });

test('the same request has the same fingerprint, also with other identifiers of a trace and another attempt', () => {
  const again = { ...HEAD.headers, 'respite-attempt': '2', traceparent: '00-1' };
  const once = { ...HEAD.headers, 'respite-attempt': '1', traceparent: '00-2' };
  assert.deepEqual(of({ headers: again }), of({ headers: once }));
});

test('another value is another request of the same shape', () => {
  const other = of({ target: '/search?q=thursday' });
  assert.notEqual(other.request, of({}).request);
  assert.deepEqual([other.caller, other.shape], [of({}).caller, of({}).shape]);
});

test('another header is another request: a header can be what ends a worker', () => {
  const other = of({ headers: { ...HEAD.headers, 'x-filter': 'aaaa' } });
  assert.notEqual(other.request, of({}).request);
});

test('a named caller is stopped by place, whatever the length of what it sends', () => {
  const headers = { ...HEAD.headers, 'x-user': 'ann' };
  const fingerprints = make('salt', 'x-user');
  const short = of({ headers, target: '/search?q=a' }, fingerprints);
  const long = of({ headers, target: `/search?q=${'a'.repeat(100)}!` }, fingerprints);
  assert.equal(short.caller, long.caller);
  assert.notEqual(short.shape, long.shape);
  assert.notEqual(of({ headers, target: '/search?page=1' }, fingerprints).caller, short.caller);
  assert.notEqual(of({ target: '/search?q=a' }).caller, of({ target: '/search?q=aaaa!' }).caller);
});

test('the same request of another caller has nothing but its shape in common', () => {
  const other = of({ peer: { remoteAddress: '10.0.0.2' } });
  assert.equal(other.shape, of({}).shape);
  for (const part of ['request', 'caller', 'identity'] as const) assert.notEqual(other[part], of({})[part]);
});

test('behind a proxy callers are told apart by what the proxy has seen', () => {
  const from = (forwarded: string): string =>
    of({ headers: { ...HEAD.headers, 'x-forwarded-for': forwarded } }).identity;
  assert.notEqual(from('203.0.113.1'), from('203.0.113.2'));
  assert.equal(from('1.1.1.1, 203.0.113.1'), from('203.0.113.1'), 'the caller has written the first one');
});

test('a caller that writes X-Forwarded-For itself is not the one that it names', () => {
  const headers = { ...HEAD.headers, 'x-forwarded-for': '203.0.113.1' };
  const victim = of({ headers, peer: { remoteAddress: '10.0.0.9' } });
  const attacker = of({ headers, peer: { remoteAddress: '198.51.100.1' } });
  assert.notEqual(attacker.identity, victim.identity);
});

test('a named caller is the same from any address; without the name it is an address', () => {
  const named = make('salt', 'x-user');
  const headers = { ...HEAD.headers, 'x-user': 'ann' };
  const one = of({ headers }, named);
  const other = of({ headers, peer: { remoteAddress: '10.9.9.9' } }, named);
  assert.deepEqual([one.identity, one.isNamed], [other.identity, true]);
  assert.equal(of({}, named).isNamed, false);
});

test('two instances have nothing in common, and nothing of the request is in its fingerprint', () => {
  const word = fc.stringMatching(/^[a-z]{8,20}$/);
  fc.assert(
    fc.property(word, word, word, (path, value, user) => {
      const head = { ...HEAD, target: `/${path}?q=${value}`, headers: { 'x-user': user } };
      const { isNamed: _, ...here } = make('one', 'x-user').of(head);
      const { isNamed: __, ...there } = make('two', 'x-user').of(head);
      const all = Object.values(here);
      assert.equal(new Set([...all, ...Object.values(there)]).size, 10);
      for (const digits of all) assert.match(digits, /^[0-9a-f]{16}$/);
    }),
    { numRuns: histories(50) },
  );
});

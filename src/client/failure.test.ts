import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOfError } from './failure.ts';

const error = (code?: string, cause?: unknown): Error =>
  Object.assign(new TypeError('fetch failed', { cause }), code === undefined ? {} : { code });

const CASES: readonly (readonly [name: string, error: unknown, kind: string])[] = [
  ['a refused connection', error(undefined, error('ECONNREFUSED')), 'not-sent'],
  ['a name that does not resolve', error(undefined, error('ENOTFOUND')), 'not-sent'],
  ['a reset connection', error(undefined, error('ECONNRESET')), 'connection-lost'],
  ['a closed connection', error('UND_ERR_SOCKET'), 'connection-lost'],
  ['a response that is no HTTP', error(undefined, error('HPE_INVALID_CONSTANT')), 'connection-lost'],
  ['headers that do not come', error(undefined, error('UND_ERR_HEADERS_TIMEOUT')), 'timed-out'],
  ['an invalid argument', error(undefined, error('UND_ERR_INVALID_ARG')), 'withdrawn'],
  ['an error without a code', error(), 'withdrawn'],
  ['no error at all', 'oops', 'withdrawn'],
];

for (const [name, thrown, kind] of CASES) {
  test(`${name}: ${kind}`, () => {
    assert.equal(outcomeOfError(thrown, false).kind, kind);
  });
}

test('behind a redirect a refused connection proves nothing: the first request has arrived', () => {
  assert.equal(outcomeOfError(error('ECONNREFUSED'), true).kind, 'connection-lost');
});

test('a circle of causes ends', () => {
  const circular: Error & { cause?: unknown } = error();
  circular.cause = circular;
  assert.equal(outcomeOfError(circular, false).kind, 'withdrawn');
});

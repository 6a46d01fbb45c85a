import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTransportFailure } from './upstream.ts';

const coded = (code: string, cause?: Error): Error => Object.assign(new Error(code, { cause }), { code });

test('a failure of the transport is known by its code, however deep it is wrapped', () => {
  for (const code of 'ECONNREFUSED ECONNRESET ENOTFOUND EPIPE UND_ERR_SOCKET UND_ERR_HEADERS_TIMEOUT HPE_INVALID_CONSTANT CERT_HAS_EXPIRED'.split(
    ' ',
  )) {
    assert.ok(isTransportFailure(coded(code)), code);
    assert.ok(isTransportFailure(new TypeError('fetch failed', { cause: coded(code) })), code);
  }
  const all = new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]);
  assert.ok(isTransportFailure(new TypeError('fetch failed', { cause: all })));
});

test('what the caller asked for is none', () => {
  for (const error of [
    new TypeError('fetch failed', { cause: new Error('unexpected redirect') }),
    new TypeError('Cannot convert argument to a ByteString'),
    coded('UND_ERR_INVALID_ARG'),
    coded('UND_ERR_DESTROYED'),
    coded('ERR_INVALID_ARG_TYPE'),
    new DOMException('This operation was aborted', 'AbortError'),
    'no error at all',
    undefined,
  ]) {
    assert.ok(!isTransportFailure(error), String(error));
  }
});

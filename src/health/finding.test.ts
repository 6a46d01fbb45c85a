import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Redaction } from '../core/redact.ts';
import { readFailure, readFinding, readPeer } from './finding.ts';

const { redact } = new Redaction({ DB_PASSWORD: 'hunter22' });
const found = (value: unknown): unknown[] => {
  const { status, error } = readFinding(value, redact);
  return error === undefined ? [status] : [status, error];
};

test('nothing and true are up, false is down', () => {
  assert.deepEqual(found(undefined), ['UP']);
  assert.deepEqual(found(true), ['UP']);
  assert.deepEqual(found({}), ['UP']);
  assert.deepEqual(found(false), ['DOWN', 'the check returned false']);
});

test('whatever is no finding is down, and says why', () => {
  const rule = 'it must be nothing, true, false, or an object with status, error, details and trouble';
  for (const value of [null, 0, 1, '', 'PONG', Number.NaN, 1n, [], () => {}, Symbol('x')]) {
    assert.deepEqual(found(value), ['DOWN', `the check returned something unexpected: ${rule}`]);
  }
  assert.deepEqual(found({ status: 'down' }), [
    'DOWN',
    'the check returned something unexpected with another status: it must be one of UP, DOWN, OUT_OF_SERVICE, got "down"',
  ]);
  assert.deepEqual(found({ satus: 'DOWN' }), [
    'DOWN',
    `the check returned something unexpected with the unknown key "satus": ${rule}`,
  ]);
  assert.equal(found({ status: null })[0], 'DOWN');
  assert.equal(found({ trouble: 'other' })[0], 'DOWN');
});

test('an error may be a text, an error, or a circle of errors', () => {
  assert.deepEqual(found({ status: 'DOWN', error: new Error('gone') }), ['DOWN', 'gone']);
  assert.deepEqual(found({ status: 'DOWN', error: 'gone\nfor good' }), ['DOWN', 'gone']);
  const circle = new Error('a');
  circle.cause = new Error('b', { cause: circle });
  assert.equal(readFailure(circle, redact).error, 'a: b: a: b: a: b');
  const lying = new Error('x');
  Object.defineProperty(lying, 'message', {
    get: () => {
      throw new Error('no');
    },
  });
  assert.equal(readFailure(lying, redact).error, 'the check threw something that cannot be read');
  assert.equal(readFailure({ message: 'of another realm' }, redact).error, 'of another realm');
});

test('errors are told in one line with their code, and what they mean', () => {
  const told = (error: unknown): unknown[] => {
    const read = readFailure(error, redact);
    return [read.error, read.trouble];
  };
  const refused = Object.assign(new Error('no\nmore'), { code: 'ECONNREFUSED' });
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
  assert.deepEqual(told(refused), ['ECONNREFUSED: no', undefined]);
  assert.deepEqual(told(full), ['ENOSPC: no space left', 'disk-full']);
  assert.deepEqual(told('text'), ['text', undefined]);
  assert.deepEqual(told(new AggregateError([new Error('both')], '')), ['both', undefined]);
});

test('errors, details and peers hold no secrets', () => {
  const url = 'amqp://app:s3cret@mq:5672';
  const hidden = 'amqp://***@mq:5672';
  assert.equal(readFailure(new Error(`cannot reach ${url}`), redact).error, `cannot reach ${hidden}`);
  assert.deepEqual(found({ status: 'DOWN', error: 'password hunter22 is wrong' }), [
    'DOWN',
    'password *** is wrong',
  ]);
  assert.deepEqual(readFinding({ details: { url, token: 'abc', size: 1 } }, redact).details, {
    url: hidden,
    token: '***',
    size: 1,
  });
  assert.equal(readPeer({ peer: url }, redact), hidden);
  // A secret at the end of what is kept is not cut in half.
  const long = readFailure(new Error(`${'x'.repeat(270)} ${url}?password=hunter22`), redact).error ?? '';
  assert.ok(!long.includes('s3cret') && long.length <= 300, long);
});

test('a peer that is no text, or throws, is unknown', () => {
  assert.equal(readPeer({ peer: 5 }, redact), undefined);
  const check = {
    get peer(): string {
      throw new Error('not connected');
    },
  };
  assert.equal(readPeer(check, redact), undefined);
});

test('whatever a check returns or throws, a report is made of it, and of known words only', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true }), (value) => {
      for (const read of [
        readFinding(value, redact),
        readFailure(value, redact),
        readFinding({ error: value, details: value }, redact),
        readFinding({ status: value, trouble: value }, redact),
      ]) {
        assert.ok(['UP', 'DOWN', 'OUT_OF_SERVICE'].includes(read.status));
        assert.ok(read.error === undefined || read.error.length <= 300);
        assert.ok(JSON.stringify(read.details).length <= 3000);
      }
    }),
  );
});

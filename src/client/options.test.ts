import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveClientOptions } from './options.ts';

test('everything has a default, and only undefined means default', () => {
  const { rulesOf, now, random, ...resolved } = resolveClientOptions({ deadlineMs: undefined });
  assert.deepEqual(resolved, {
    fetch: undefined,
    attemptTimeoutMs: 10_000,
    deadlineMs: 30_000,
    criticality: 'critical',
    inherits: true,
    throws: false,
    dryRun: false,
  });
  assert.equal(typeof now(), 'number');
  assert.equal(random, Math.random);
  const { retry, throttle, circuit, trustsRefusals, slowMs } = rulesOf('http://any.example');
  assert.deepEqual([retry.attempts, retry.budget], [3, 0.1]);
  assert.deepEqual(throttle, { requestsPerAccept: 2, maxShare: 0.9 });
  assert.deepEqual(circuit, { failures: 20, afterMs: 1000, probeEveryMs: 1000 });
  assert.deepEqual([trustsRefusals, slowMs], [false, undefined]);
});

test('an origin has what differs for it, and the rest of all', () => {
  const { rulesOf } = resolveClientOptions({
    slowMs: 500,
    origins: {
      'http://mailbox.internal:80/': { trustsRefusals: true, idempotent: ['PUT'], slowMs: undefined },
    },
  });
  const own = rulesOf('http://mailbox.internal');
  assert.deepEqual([own.trustsRefusals, own.safeMethods.has('PUT'), own.slowMs], [true, true, 500]);
  const other = rulesOf('http://other.internal');
  assert.deepEqual([other.trustsRefusals, other.safeMethods.has('PUT')], [false, false]);
});

const WRONG: readonly (readonly [options: object, message: string])[] = [
  [{ retries: 3 }, 'client.retries is not an option; known are '],
  [{ retry: { attempts: 0 } }, 'client.retry.attempts must be a whole number from 1 to 10, got 0'],
  [{ retry: { budget: 2 } }, 'client.retry.budget must be a number from 0 to 1, got 2'],
  [
    { retry: { statuses: [200] } },
    'client.retry.statuses[0] must be a whole number from 400 to 599, got 200',
  ],
  [{ hedge: { after: 1 } }, 'client.hedge.after must be a number from 0.5 to 0.999, got 1'],
  [{ hedge: true }, 'client.hedge must be false or an object, got true'],
  [{ throttle: { maxShare: 1 } }, 'client.throttle.maxShare must be a number from 0 to 0.99, got 1'],
  [{ throttle: true }, 'client.throttle must be false or an object, got true'],
  [{ circuit: { failures: 0 } }, 'client.circuit.failures must be a whole number of at least 1, got 0'],
  [{ attemptTimeoutMs: '1s' }, 'client.attemptTimeoutMs must be a whole number of at least 1, got "1s"'],
  [{ criticality: 'urgent' }, 'client.criticality must be one of critical-plus, critical,'],
  [{ idempotent: ['put'] }, 'client.idempotent[0] must be a method such as "PUT", got "put"'],
  [
    { origins: { 'mailbox.internal': {} } },
    'client.origins["mailbox.internal"] must be an origin such as "http://mailbox.internal"',
  ],
  [{ origins: { 'http://a/b': {} } }, 'client.origins["http://a/b"] must be an origin'],
  [{ origins: { 'http://a': { retry: {} } } }, 'client.origins["http://a"].retry is not an option'],
  [{ origins: { 'http://a': { slowMs: 0 } } }, 'client.origins["http://a"].slowMs must be a whole number'],
  [{ fetch: 'fetch' }, 'client.fetch must be a function, got "fetch"'],
];

for (const [options, message] of WRONG) {
  test(`refused: ${message}`, () => {
    assert.throws(
      () => resolveClientOptions(options),
      (error: Error & { code?: string }) =>
        error.code === 'RESPITE_OPTIONS_INVALID' && error.message.startsWith(message),
    );
  });
}

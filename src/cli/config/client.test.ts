import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../client/index.ts';
import { checkConfig } from './check.ts';

const VALID: readonly unknown[] = [
  { origins: {}, hedge: false, throttle: false, circuit: false },
  {
    origins: { 'http://mailbox.internal': { trustsRefusals: true, idempotent: ['PUT'], slowMs: 500 } },
    attemptTimeoutMs: 1000,
    deadlineMs: 5000,
    criticality: 'sheddable',
    retry: { attempts: 2, budget: 0.2, baseMs: 0, maxMs: 1000, statuses: [503] },
    hedge: { after: 0.95, budget: 0.05 },
    throttle: { requestsPerAccept: 1.5, maxShare: 0.5 },
    circuit: { failures: 5, afterMs: 0, probeEveryMs: 500 },
    holdLimitMs: 0,
    inherits: false,
    dryRun: true,
  },
];

for (const client of VALID) {
  test(`valid: ${JSON.stringify(client)}`, () => {
    assert.deepEqual(checkConfig({ client }), { ok: true, config: { client } });
    createClient(client as Parameters<typeof createClient>[0]).close();
  });
}

/** With the words of `createClient`. */
const INVALID: readonly (readonly [client: object, problem: string])[] = [
  [
    { origins: { 'http://a/b': {} } },
    'client.origins["http://a/b"] must be an origin such as "http://mailbox.internal", got "http://a/b"',
  ],
  [
    { origins: { 'http://a': { trustsRefusals: 1 } } },
    'client.origins["http://a"].trustsRefusals must be true or false, got 1',
  ],
  [
    { origins: { 'http://a': { idempotent: ['put'] } } },
    'client.origins["http://a"].idempotent[0] must be a method such as "PUT", got "put"',
  ],
  [
    { origins: {}, criticality: 'urgent' },
    'client.criticality must be one of critical-plus, critical, sheddable-plus, sheddable, got "urgent"',
  ],
  [{ origins: {}, hedge: { after: 1 } }, 'client.hedge.after must be a number from 0.5 to 0.999, got 1'],
  [
    { origins: {}, retry: { attempts: 11 } },
    'client.retry.attempts must be a whole number from 1 to 10, got 11',
  ],
  [
    { origins: {}, retry: { statuses: [200] } },
    'client.retry.statuses[0] must be a whole number from 400 to 599, got 200',
  ],
  [
    { origins: {}, throttle: { requestsPerAccept: 0.5 } },
    'client.throttle.requestsPerAccept must be a number of at least 1, got 0.5',
  ],
];

for (const [client, problem] of INVALID) {
  test(`invalid: ${problem}`, () => {
    assert.deepEqual(checkConfig({ client }), { ok: false, problems: [problem] });
    assert.throws(() => createClient(client), { message: problem });
  });
}

test('without origins there is nothing to act on', () => {
  const problems = ['client.origins must be an object with an entry for each origin, got undefined'];
  assert.deepEqual(checkConfig({ client: {} }), { ok: false, problems });
});

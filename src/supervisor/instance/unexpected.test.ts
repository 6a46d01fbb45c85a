import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncidentLedger } from '../incidents/ledger.ts';
import { UnexpectedErrors } from './unexpected.ts';

function make(onIncident: () => void = () => {}): {
  readonly errors: UnexpectedErrors;
  readonly logged: string[];
  readonly ledger: IncidentLedger;
  pass(ms: number): void;
} {
  let atMs = 0;
  const logged: string[] = [];
  const ledger = new IncidentLedger(() => 1000);
  ledger.subscribe(onIncident);
  const say = (_fields: object, message: string): void => void logged.push(message);
  return {
    errors: new UnexpectedErrors({
      log: { debug: say, info: say, warn: say, error: say },
      incidents: ledger,
      nowMs: () => atMs,
    }),
    logged,
    ledger,
    pass: (ms) => (atMs += ms),
  };
}

test('an error is logged each time, and one incident within five minutes', () => {
  const { errors, logged, ledger, pass } = make();
  for (let i = 0; i < 3; i += 1) errors.happened('an uncaught error', new Error('boom'));
  assert.equal(logged.length, 3);
  assert.match(logged[0] ?? '', /^the supervisor met an uncaught error: boom; it goes on$/);
  assert.deepEqual(
    ledger.recent.map(({ cause, outcome }) => [cause, outcome]),
    [['unknown', 'unresolved']],
  );
  errors.happened('an uncaught error', new Error('another'));
  pass(300_000);
  errors.happened('an uncaught error', new Error('boom'));
  assert.equal(ledger.counts.ended.unknown, 3);
});

test('whatever is thrown, also by the listener for it, nothing gets out', () => {
  const { errors, logged } = make(() => {
    errors.happened('an error within', new Error('again'));
    throw new Error('a listener that throws');
  });
  for (const thrown of [undefined, null, 'text', { toString: () => 'object' }, Symbol('s')]) {
    errors.happened('something', thrown);
  }
  assert.equal(logged.length, 5);
});

test('work in the background that fails is told', async () => {
  const { errors, logged } = make();
  errors.inBackground('watching', Promise.reject(new Error('no file')));
  errors.inBackground('nothing', Promise.resolve());
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(logged, ['the supervisor met watching failed: no file; it goes on']);
});

test('work that has to succeed is tried again until it does', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { errors, logged } = make();
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  let tries = 0;
  errors.untilItSucceeds('watching', async () => {
    tries += 1;
    if (tries < 3) throw new Error('no file');
  });
  for (let i = 0; i < 5; i += 1) {
    await settled();
    t.mock.timers.tick(2000);
  }
  assert.equal(tries, 3);
  assert.equal(logged.length, 2);
});

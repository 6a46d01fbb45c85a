import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateExchange } from './rate-exchange.ts';

const RATES = [
  ['0', 3.0004],
  ['0a', 2.5],
] as const;

/** Answers as told, and keeps what it was sent. */
function redis(...answers: readonly (() => Promise<unknown>)[]): {
  exchange: RateExchange;
  sent: (readonly string[])[];
  pass: (ms: number) => void;
} {
  const left = [...answers];
  const sent: (readonly string[])[] = [];
  const call = async (_command: string, ...args: string[]): Promise<unknown> => {
    sent.push(args.slice(1));
    return (left.shift() ?? assert.fail('one question too many'))();
  };
  let nowMs = 0;
  return {
    exchange: new RateExchange({ client: { call }, name: 'shop' }, 'me', () => nowMs),
    sent,
    pass: (ms) => void (nowMs += ms),
  };
}

const never = async (): Promise<never> => new Promise(() => {});

test('rates go as whole numbers, and come back as rates', async () => {
  const { exchange, sent } = redis(async () => [2, 6000, '2500']);
  assert.deepEqual(await exchange.exchange(RATES), {
    instances: 2,
    rates: [
      ['0', 6],
      ['0a', 2.5],
    ],
  });
  assert.deepEqual(sent, [['1', 'respite:fleet:{shop}:tenants', 'me', '3000', '0', '3000', '0a', '2500']]);
});

const GARBAGE: readonly unknown[] = [null, 'OK', [1], [1, 2, 3, 4], [1, 'x', 2], [1, -5, 2], [1, {}, 2]];

for (const answer of GARBAGE) {
  test(`an answer of ${JSON.stringify(answer)} is none`, async () => {
    const { exchange } = redis(async () => answer);
    assert.equal(await exchange.exchange(RATES), undefined);
  });
}

test('an error is no answer, and the next question is asked', async () => {
  const failing = async (): Promise<never> => Promise.reject(new Error('READONLY'));
  const throwing = (): never => {
    throw new Error('The client is closed');
  };
  const { exchange } = redis(failing, throwing, async () => [1, 3000, 2500]);
  assert.equal(await exchange.exchange(RATES), undefined);
  assert.equal(await exchange.exchange(RATES), undefined);
  assert.equal((await exchange.exchange(RATES))?.instances, 1);
});

test('while a question has no answer none is asked, but not forever', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { exchange, sent, pass } = redis(never, never, async () => [1, 3000, 2500]);
  for (const afterMs of [0, 10_000]) {
    pass(afterMs);
    const asked = exchange.exchange(RATES);
    t.mock.timers.tick(400);
    assert.equal(await asked, undefined);
    pass(500);
    assert.equal(await exchange.exchange(RATES), undefined);
  }
  assert.equal(sent.length, 2);
  pass(10_000);
  assert.equal((await exchange.exchange(RATES))?.instances, 1);
});

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test, type TestContext } from 'node:test';
import type { TenantRates, ToWorker } from '../../../worker/index.ts';
import type { Log } from '../../log.ts';
import type { FleetRates } from '../fleet/index.ts';
import { EXCHANGE_MS, Fairness, type SharingWorker } from './fairness.ts';
import { sumRates } from './sum-rates.ts';

class FakeWorker extends EventEmitter implements SharingWorker {
  learned: TenantRates | undefined;

  tell(message: ToWorker): void {
    if (message.kind === 'tenant-rates') this.learned = message.rates;
  }

  tells(rates: TenantRates, largestShare: number = 1): void {
    this.emit('message', { kind: 'tenant-rates', rates, largestShare });
  }
}

interface Made {
  readonly fairness: Fairness<FakeWorker>;
  readonly workers: readonly FakeWorker[];
  readonly live: Set<FakeWorker>;
  readonly lines: readonly string[];
  readonly asked: readonly TenantRates[];
  /** Lets time pass in which both workers tell the same as ever. */
  readonly pass: (ms: number) => Promise<void>;
}

/** Two workers that are asked by `a` and by `a` and `b`. */
function make(t: TestContext, exchange?: (rates: TenantRates) => Promise<FleetRates | undefined>): Made {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let nowMs = 0;
  const lines: string[] = [];
  const asked: TenantRates[] = [];
  const say = (_: object, message: string): void => void lines.push(message);
  const workers = [new FakeWorker(), new FakeWorker()];
  const live = new Set(workers);
  const fairness = new Fairness<FakeWorker>({
    log: { info: say, warn: say } as unknown as Log,
    live,
    exchangeRates:
      exchange &&
      (async (rates) => {
        asked.push(rates);
        return exchange(rates);
      }),
    nowMs: () => nowMs,
  });
  for (const worker of workers) fairness.join(worker);
  const pass = async (ms: number): Promise<void> => {
    for (const untilMs = nowMs + ms; nowMs < untilMs; nowMs += EXCHANGE_MS) {
      workers[0]?.tells(
        [
          ['0', 2],
          ['0a', 2],
        ],
        0.5,
      );
      if (live.has(workers[1] ?? assert.fail()))
        workers[1]?.tells(
          [
            ['0', 4],
            ['0a', 1],
            ['0b', 3],
          ],
          0.25,
        );
      t.mock.timers.tick(EXCHANGE_MS);
      for (let i = 0; i < 5; i += 1) await Promise.resolve();
    }
  };
  return { fairness, workers, live, lines, asked, pass };
}

const BOTH: TenantRates = [
  ['0', 6],
  ['0a', 3],
  ['0b', 3],
];
const FLEET: FleetRates = { instances: 8, rates: [['0', 60]] };

test('without a fleet the workers of an instance learn from each other', async (t) => {
  const { fairness, workers, live, lines, pass } = make(t);
  assert.equal(fairness.status.scope, 'off');
  await pass(500);
  assert.deepEqual([workers[0]?.learned, workers[1]?.learned], [BOTH, BOTH]);
  assert.partialDeepStrictEqual(fairness.status, {
    scope: 'instance',
    tenants: 2,
    largestShare: 0.25,
    instances: 0,
  });
  live.delete(workers[1] ?? assert.fail());
  await pass(500);
  assert.deepEqual(
    workers[0]?.learned,
    [
      ['0', 2],
      ['0a', 2],
    ],
    'a worker that is gone asks for nothing',
  );
  assert.deepEqual(lines, []);
});

test('the supervisor sends the sums of the instance to the fleet, and its answer to the workers', async (t) => {
  const { fairness, workers, asked, pass } = make(t, async () => FLEET);
  await pass(500);
  assert.deepEqual(asked, [BOTH]);
  assert.deepEqual(workers[1]?.learned, FLEET.rates);
  assert.partialDeepStrictEqual(fairness.status, {
    scope: 'fleet',
    instances: 8,
    exchanges: { answered: 1 },
  });
});

test('an answer counts for a while; then the instance is fair on its own, and says so once', async (t) => {
  let answer: FleetRates | undefined = FLEET;
  const { fairness, workers, lines, pass } = make(t, async () => answer);
  await pass(500);
  answer = undefined;
  await pass(1000);
  assert.equal(fairness.status.scope, 'fleet');
  assert.deepEqual([workers[0]?.learned, lines], [FLEET.rates, []]);
  await pass(2000);
  assert.equal(fairness.status.scope, 'instance');
  assert.deepEqual(workers[0]?.learned, BOTH);
  answer = FLEET;
  await pass(1000);
  assert.deepEqual(workers[0]?.learned, FLEET.rates);
  assert.deepEqual(
    lines.map((line) => line.split(':')[0]),
    ["the fleet's Redis does not answer", "the fleet's Redis answers again"],
  );
});

test('nothing is asked when no worker tells anything any more', async (t) => {
  const { fairness, live, asked, pass } = make(t, async () => FLEET);
  await pass(500);
  live.clear();
  t.mock.timers.tick(10 * EXCHANGE_MS);
  assert.deepEqual([asked.length, fairness.status.scope], [1, 'off']);
});

test('of too many tenants the supervisor reports those with the most requests, and their classes', () => {
  const many = Array.from({ length: 900 }, (_, i) => [`0${i}`, i] as const);
  const sum = sumRates([[['0', 1]], many, many]);
  assert.equal(sum.length, 512);
  assert.ok(sum.some(([key, rate]) => key === '0' && rate === 1));
  assert.ok(sum.some(([key, rate]) => key === '0899' && rate === 1798));
  assert.ok(!sum.some(([key]) => key === '0100'));
});

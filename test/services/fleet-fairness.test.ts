// What tenants ask of a fleet, by way of a real Redis that is killed, hangs, and comes back.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { TenantRates } from '../../src/admission/index.ts';
import { REDIS_CLOCK } from '../../src/supervisor/instance/fleet/exchange-script.ts';
import type { RedisClient } from '../../src/supervisor/instance/fleet/options.ts';
import { RateExchange } from '../../src/supervisor/instance/fleet/rate-exchange.ts';
import { FleetRatesModel } from '../harness/fleet-rates.ts';
import { request } from '../harness/http.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';
import { respite } from '../harness/respite.ts';
import { below, printedRandom } from '../harness/seed.ts';
import { startRedis } from '../harness/services/redis.ts';
import { until } from '../harness/until.ts';

const skip = lacks('redis-server');

/** Instances are forgotten after this, in ms. */
const LEASE_MS = 3000;

const CLIENTS: Readonly<Record<string, (t: TestContext, port: number) => Promise<RedisClient>>> = {
  ioredis: async (t, port) => ioredis(t, port),
  'node-redis': async (t, port) => {
    const socket = { reconnectStrategy: () => 50 };
    const client = createClient({ url: `redis://127.0.0.1:${port}`, socket });
    client.on('error', () => {});
    t.after(() => client.destroy());
    await client.connect();
    return client;
  },
};

function ioredis(t: TestContext, port: number): Redis {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  client.on('error', () => {});
  t.after(() => client.disconnect());
  return client;
}

test(
  'what is kept in Redis is the sum of what each instance told last, whatever happens',
  { skip },
  async (t) => {
    const redis = await startRedis(t);
    const client = ioredis(t, redis.port);
    const random = printedRandom(t);
    const model = new FleetRatesModel(LEASE_MS);
    // Redis' clock, which may be set back too.
    let nowMs = 1e12;
    const clock = (): string => `local now = ${nowMs}\n`;
    const exchange = (id: string): RateExchange =>
      new RateExchange({ client, name: 'model' }, id, () => performance.now(), clock());
    const some = (): TenantRates => {
      const tenants = new Set(Array.from({ length: below(random, 8) }, () => below(random, 12)));
      return [...tenants].map((tenant) => [`0${tenant}`, below(random, 1_000_000) / 1000]);
    };
    for (let step = 0; step < 1500; step += 1) {
      nowMs += random() < 0.02 ? 5000 - below(random, 10_000) : below(random, 900);
      const id = `instance-${below(random, 6)}`;
      const rates = some();
      const expected = model.tell(id, rates, nowMs);
      // A client that was cut off may have sent a command twice.
      if (random() < 0.2) await exchange(id).exchange(rates);
      const answer = await exchange(id).exchange(rates);
      assert.equal(answer?.instances, expected.instances, `step ${step}`);
      for (const [i, [key, rate]] of expected.rates.entries()) {
        assert.equal(answer.rates[i]?.[0], key);
        assert.ok(Math.abs((answer.rates[i]?.[1] ?? NaN) - rate) < 1e-6, `step ${step}: ${key}`);
      }
    }
    nowMs += 2 * LEASE_MS;
    await exchange('last').exchange([['0a', 1]]);
    const kept = await client.hkeys('respite:fleet:{model}:tenants');
    assert.deepEqual(kept.toSorted(), ['ilast', 'members', 't0a'], 'those that went have left nothing');
  },
);

for (const [name, connect] of Object.entries(CLIENTS)) {
  test(
    `${name}: nothing waits for a Redis that hangs or is gone, and one that is back is used`,
    { skip },
    async (t) => {
      const redis = await startRedis(t);
      let nowMs = 0;
      const [one, other] = ['one', 'other'].map((id) => async (client: RedisClient) => {
        const exchange = new RateExchange({ client, name: 'shop' }, id, () => nowMs, REDIS_CLOCK);
        return (rates: TenantRates) => exchange.exchange(rates);
      });
      assert.ok(one && other);
      const client = await connect(t, redis.port);
      const [asOne, asOther] = [await one(client), await other(client)];
      await asOther([['0a', 5]]);
      const both = { instances: 2, rates: [['0a', 7.5]] };
      assert.deepEqual(await asOne([['0a', 2.5]]), both);

      const unanswered = async (): Promise<void> => {
        const beganMs = performance.now();
        assert.equal(await asOne([['0a', 2.5]]), undefined);
        assert.ok(performance.now() - beganMs < 3000);
        const askedMs = performance.now();
        assert.equal(await asOne([['0a', 2.5]]), undefined);
        t.diagnostic(`${(performance.now() - askedMs).toFixed(1)} ms while there is no answer`);
      };
      const back = async (): Promise<unknown> =>
        until('an answer', async () => {
          nowMs += 500;
          await asOther([['0a', 5]]);
          const answer = await asOne([['0a', 2.5]]);
          return answer?.instances === 2 && answer;
        });
      redis.pause();
      await unanswered();
      redis.resume();
      assert.deepEqual(await back(), both);
      await redis.kill();
      await unanswered();
      await redis.start();
      assert.deepEqual(await back(), both);
    },
  );
}

/** Written beside a server: one instance of the fleet `shop`. */
function configuration(port: number): string {
  return `import { Redis } from ${JSON.stringify(import.meta.resolve('ioredis'))};
const client = new Redis(${port}, '127.0.0.1', { retryStrategy: () => 50 });
client.on('error', () => {});
export default {
  admission: { defaultCriticality: 'sheddable', priority: { identity: 'x-tenant', fairness: true } },
  supervisor: { fleet: { client, name: 'shop' } },
};
`;
}

test('two instances share out together, and each on its own while Redis hangs', { skip }, async (t) => {
  const redis = await startRedis(t);
  const fleet = await Promise.all(
    [1, 2].map(async () => {
      const dir = temporaryDirectory();
      writeFileSync(path.join(dir, 'respite.config.mjs'), configuration(redis.port));
      const running = respite(t, 'node-http.mjs', { dir });
      return { running, port: await running.port() };
    }),
  );
  const scopes = async (): Promise<string> => {
    const asked = fleet.map(async ({ running, port }) => {
      const { status } = await request(port, { headers: { 'x-tenant': 'secret-token' } });
      assert.equal(status, 200);
      const { fairness } = await running.status();
      return `${fairness.scope} of ${fairness.instances}, ${fairness.tenants} tenant`;
    });
    return (await Promise.all(asked)).join('; ');
  };
  const become = async (expected: string): Promise<unknown> =>
    until(expected, async () => (await scopes()) === `${expected}; ${expected}`);
  await become('fleet of 2, 1 tenant');
  redis.pause();
  await become('instance of 0, 1 tenant');
  await fleet[0]?.running.logs("the fleet's Redis does not answer");
  redis.resume();
  await become('fleet of 2, 1 tenant');
  await fleet[0]?.running.logs("the fleet's Redis answers again");
  const metrics = (await fleet[0]?.running.manage('/metrics'))?.body ?? '';
  assert.match(metrics, /^respite_fairness_scope\{scope="fleet"\} 1$/m);
  assert.match(metrics, /^respite_fleet_instances 2$/m);
  assert.match(metrics, /^respite_fleet_exchanges_total\{result="unanswered"\} [1-9]/m);
  const client = ioredis(t, redis.port);
  const kept = await client.hgetall('respite:fleet:{shop}:tenants');
  assert.ok(!JSON.stringify(kept).includes('secret-token'), 'who the tenants are is not in Redis');
  const sums = Object.keys(kept).filter((field) => field.startsWith('t'));
  assert.equal(sums.length, 2, 'both mean the same tenant by the same key: its sum, and that of its class');
});

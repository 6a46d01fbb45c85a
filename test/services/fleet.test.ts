// Instances that heal in turns, by way of a real Redis that is killed, hangs, and comes back.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Redis as Valkey } from 'iovalkey';
import { createClient } from 'redis';
import { FleetLease } from '../../src/supervisor/instance/fleet/lease.ts';
import type { RedisClient, ResolvedFleetOptions } from '../../src/supervisor/instance/fleet/options.ts';
import { until } from '../harness/until.ts';
import { request } from '../harness/http.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';
import { respite } from '../harness/respite.ts';
import { endedIncident } from '../harness/incidents.ts';
import { startRedis } from '../harness/services/redis.ts';

type Connect = (t: TestContext, port: number) => Promise<RedisClient>;

const CLIENTS: Readonly<Record<string, Connect>> = {
  ioredis: async (t, port) => {
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
    client.on('error', () => {});
    t.after(() => client.disconnect());
    return client;
  },
  iovalkey: async (t, port) => {
    const client = new Valkey(port, '127.0.0.1', { retryStrategy: () => 50 });
    client.on('error', () => {});
    t.after(() => client.disconnect());
    return client;
  },
  'node-redis': async (t, port) => {
    const client = createClient({
      url: `redis://127.0.0.1:${port}`,
      socket: { reconnectStrategy: () => 50 },
    });
    client.on('error', () => {});
    t.after(() => client.destroy());
    await client.connect();
    return client;
  },
};

function options(client: RedisClient, given: Partial<ResolvedFleetOptions> = {}): ResolvedFleetOptions {
  return { client, name: 'shop', share: 0.34, leaseMs: 60_000, ...given };
}

const skip = lacks('redis-server');

for (const [name, connect] of Object.entries(CLIENTS)) {
  test(
    `${name}: a third of the fleet heals at once; what is given back goes to the next`,
    { skip },
    async (t) => {
      const redis = await startRedis(t);
      const client = await connect(t, redis.port);
      const fleet = Array.from({ length: 6 }, (_, i) => new FleetLease(options(client), `instance ${i}`));
      await Promise.all(fleet.map((one) => one.beat()));
      const answers = await Promise.all(fleet.map((one) => one.acquire()));
      assert.deepEqual(answers.toSorted(), ['denied', 'denied', 'denied', 'denied', 'granted', 'granted']);
      const granted = fleet[answers.indexOf('granted')];
      assert.equal(await granted?.acquire(), 'granted', 'one that has it keeps it');
      await granted?.release();
      const denied = fleet.filter((_, i) => answers[i] === 'denied');
      assert.equal(await denied[0]?.acquire(), 'granted');
      assert.equal(await denied[1]?.acquire(), 'denied');
      const other = new FleetLease(options(client, { name: 'another' }), 'instance 0');
      assert.equal(await other.acquire(), 'granted', 'one alone may always, and fleets do not mix');
    },
  );

  test(
    `${name}: a Redis that hangs or is gone is said within its time, and used again when it is back`,
    { skip },
    async (t) => {
      const redis = await startRedis(t);
      const lease = new FleetLease(options(await connect(t, redis.port)), 'one');
      assert.equal(await lease.acquire(), 'granted');
      const unreachable = async (): Promise<void> => {
        const beganMs = performance.now();
        assert.equal(await lease.acquire(), 'unreachable');
        assert.ok(performance.now() - beganMs < 5000);
      };
      redis.pause();
      await unreachable();
      redis.resume();
      await until('a grant after the hang', async () => (await lease.acquire()) === 'granted');
      await redis.kill();
      await unreachable();
      await redis.start();
      await until('a grant after the death', async () => (await lease.acquire()) === 'granted');
    },
  );
}

test('a lease ends by itself, and one that goes makes room', { skip }, async (t) => {
  const redis = await startRedis(t);
  const client = await (CLIENTS['ioredis'] ?? assert.fail())(t, redis.port);
  const [gone, next, last] = ['gone', 'next', 'last'].map(
    (id) => new FleetLease(options(client, { leaseMs: 3000 }), id),
  );
  assert.equal(await gone?.acquire(), 'granted');
  assert.equal(await next?.acquire(), 'denied');
  await delay(3100);
  assert.equal(await next?.acquire(), 'granted');
  assert.equal(await last?.acquire(), 'denied');
  await next?.leave();
  assert.equal(await last?.acquire(), 'granted');
});

test('never more than the share, however many ask at once', { skip }, async (t) => {
  const redis = await startRedis(t);
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => (CLIENTS['ioredis'] ?? assert.fail())(t, redis.port)),
  );
  const fleet = clients.map((client, i) => new FleetLease(options(client, { share: 0.3 }), `${i}`));
  await Promise.all(fleet.map((one) => one.beat()));
  let [healing, most, healed] = [0, 0, 0];
  await Promise.all(
    fleet.map(async (one) => {
      await until('its turn', async () => (await one.acquire()) === 'granted');
      healing += 1;
      most = Math.max(most, healing);
      await delay(30);
      healing -= 1;
      healed += 1;
      await one.release();
    }),
  );
  assert.deepEqual([most, healed], [3, 10]);
});

/** Written beside a server: the configuration of one instance of the fleet `shop`. */
function configuration(port: number): string {
  return `import { Redis } from ${JSON.stringify(import.meta.resolve('ioredis'))};
const client = new Redis(${port}, '127.0.0.1', { retryStrategy: () => 50 });
client.on('error', () => {});
export default {
  // The same request blocks it again and again.
  admission: { quarantine: 'off' },
  supervisor: {
    stableMs: 300,
    detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 1000, killMs: 60000 } },
    fleet: { client, name: 'shop' },
  },
};
`;
}

test(
  'an instance waits while others heal, but not forever; and goes alone when Redis hangs',
  { skip },
  async (t) => {
    const redis = await startRedis(t);
    const other = new FleetLease(
      options(await (CLIENTS['ioredis'] ?? assert.fail())(t, redis.port)),
      'other',
    );
    const dir = temporaryDirectory();
    writeFileSync(path.join(dir, 'respite.config.mjs'), configuration(redis.port));
    const running = respite(t, 'faults/blocked.mjs', { dir });
    const port = await running.port();
    await running.ready();
    assert.equal(await other.acquire(), 'granted');

    request(port, { path: '/sleepy-loop' }).catch(() => {});
    await running.logs('enough instances of the fleet heal already');
    assert.equal((await running.status()).workers.length, 1);
    await running.logs(/healing without the fleet's consent: the others still heal after \d+\.\d s/);
    await running.logs('worker 2 is ready');
    writeFileSync(path.join(dir, 'unblock'), '');
    await endedIncident(running);

    await other.release();
    rmSync(path.join(dir, 'unblock'));
    request(port, { path: '/sleepy-loop' }).catch(() => {});
    await running.logs('worker 3 is ready');
    assert.equal(running.logged("without the fleet's consent").length, 1, 'that time it was its turn');
    writeFileSync(path.join(dir, 'unblock'), '');
    await until('the lease to be given back', async () => (await other.acquire()) === 'granted');

    rmSync(path.join(dir, 'unblock'));
    redis.pause();
    request(port, { path: '/sleepy-loop' }).catch(() => {});
    await running.logs("healing without the fleet's consent: its Redis does not answer");
    await running.logs('worker 4 is ready');
    writeFileSync(path.join(dir, 'unblock'), '');
    assert.equal((await running.stop()).code, 0);
    redis.resume();
  },
);

// One whole run: several indicators in the configuration, a worker with its own, and everything they look at hangs.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { repository } from '../harness/nodes.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';
import { respite } from '../harness/respite.ts';
import { killFamily, pauseFamily, resumeFamily } from '../harness/services/family.ts';
import { startDnsmasq } from '../harness/services/dnsmasq.ts';
import { startMemcached } from '../harness/services/memcached.ts';
import { startHttp } from '../harness/services/node-server.ts';
import { startPostgres } from '../harness/services/postgres.ts';
import { startRedis } from '../harness/services/redis.ts';

/** The goal: a probe is answered within 50 ms, whatever the dependencies do. */
const ANSWER_MS = 50;

const INTERVAL_MS = 250;
const TIMEOUT_MS = 500;
/** For what a check and a signal take, for two processes on the way, and for asking every few milliseconds. */
const SLACK_MS = 500;

interface Component {
  readonly status: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const skip = lacks('initdb', 'redis-server', 'memcached', 'dnsmasq');

test(
  'dependencies hang and die: each indicator says so in time, and every probe is answered at once',
  { skip },
  async (t) => {
    const [db, cache, store, web, names] = await Promise.all([
      startPostgres(t),
      startRedis(t),
      startMemcached(t),
      startHttp(t),
      startDnsmasq(t),
    ]);
    const dir = temporaryDirectory();
    const { resolve } = createRequire(import.meta.url);
    writeFileSync(
      path.join(dir, 'respite.config.mjs'),
      `import { Redis } from ${JSON.stringify(resolve('ioredis'))};
     import pg from ${JSON.stringify(resolve('pg'))};
     import { disk, dns, http, memcached, postgres, redis, tcp } from ${JSON.stringify(path.join(repository, 'src/health/index.ts'))};
     const often = { intervalMs: ${INTERVAL_MS}, timeoutMs: ${TIMEOUT_MS} };
     const host = '127.0.0.1';
     export default { health: { indicators: {
       postgres: { ...often, critical: true, check: postgres(new pg.Pool({ host, port: ${db.port}, user: 'postgres' })) },
       redis: { ...often, check: redis(new Redis({ host, port: ${cache.port} })) },
       memcached: { ...often, check: memcached({ host, port: ${store.port} }) },
       http: { ...often, check: http('http://127.0.0.1:${web.port}') },
       dns: { ...often, check: dns('service.test', { servers: ['127.0.0.1:${names.port}'] }) },
       disk: { ...often, check: disk() },
       tcp: { ...often, check: tcp(host, ${cache.port}) },
     } } };`,
    );
    const running = respite(t, 'node-http.mjs', { dir });
    await running.ready();
    const management = await running.management();
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    // Another server of this machine's, which does nothing else: what it takes is the machine's own.
    const control = await startHttp(t);
    const probes: number[] = [];
    const controls: number[] = [];
    const timed = async (url: string, durations: number[]): Promise<string> => {
      const startedMs = performance.now();
      const text = await new Promise<string>((answered, failed) => {
        get(url, { agent, headers: { respite: '1' } }, (response) => {
          response.setEncoding('utf8');
          let body = '';
          response.on('data', (chunk: string) => (body += chunk));
          response.on('end', () => answered(body));
        }).on('error', failed);
      });
      durations.push(performance.now() - startedMs);
      return text;
    };
    const ask = async (): Promise<Record<string, Component>> => {
      await timed(`http://127.0.0.1:${control.port}/204`, controls);
      const text = await timed(`${management}/health`, probes);
      return (JSON.parse(text) as { components: Record<string, Component> }).components;
    };
    /** Asks again and again until these are so; the time since `sinceMs` in which each was. */
    const become = async (status: string, wanted: readonly string[], sinceMs: number): Promise<number[]> => {
      const took = new Map<string, number>();
      await running.until(`${wanted.join(', ')} ${status}`, async () => {
        const components = await ask();
        for (const name of wanted) {
          if (components[name]?.status === status && !took.has(name))
            took.set(name, performance.now() - sinceMs);
        }
        return took.size === wanted.length;
      });
      return [...took.values()];
    };
    const all = ['postgres', 'redis', 'memcached', 'http', 'dns'];
    const others = [cache, store, web, names];
    await become('UP', [...all, 'disk', 'tcp'], 0);
    assert.equal((await running.manage('/health/ready')).status, 200);

    probes.length = 0;
    controls.length = 0;
    const hangMs = performance.now();
    pauseFamily(t, db);
    for (const service of others) service.pause();
    const downMs = await become('DOWN', all, hangMs);
    /** With what the machine is late by: three timers, a message, and an answer. */
    const allowedMs = (): number => INTERVAL_MS + TIMEOUT_MS + SLACK_MS + 5 * Math.max(...controls);
    for (const ms of downMs) assert.ok(ms <= allowedMs(), `down after ${ms} ms`);
    for (let i = 0; i < 500; i += 1) await ask();
    const { disk, redis } = await ask();
    assert.equal(disk?.status, 'UP');
    assert.deepEqual(
      [redis?.details['peer'], redis?.details['critical']],
      [`127.0.0.1:${cache.port}`, false],
    );
    assert.equal((await running.manage('/health/ready')).status, 503);
    assert.equal((await running.manage('/health/live')).status, 200);

    resumeFamily(db);
    for (const service of others) service.resume();
    await become('UP', all, 0);
    assert.equal((await running.manage('/health/ready')).status, 200);

    const deadMs = performance.now();
    const dying = Promise.all([killFamily(db), ...others.map(async (service) => service.kill())]);
    for (const ms of await become('DOWN', [...all, 'tcp'], deadMs)) {
      assert.ok(ms <= allowedMs(), `down after ${ms} ms`);
    }
    await dying;
    await running.logs(`redis at 127.0.0.1:${cache.port} is down`);
    for (let i = 0; i < 200; i += 1) await ask();
    await Promise.all([db, ...others].map(async (service) => service.start()));
    await become('UP', [...all, 'tcp'], 0);
    assert.equal((await running.manage('/health/ready')).status, 200);
    assert.equal((await running.status()).restarts.exit, 0);

    const [probe, machine] = [p99(probes), p99(controls)];
    t.diagnostic(
      `${probes.length} probes: p99 ${probe.toFixed(1)} ms, of a server beside ${machine.toFixed(1)} ms`,
    );
    assert.ok(
      probe <= ANSWER_MS + machine,
      `99 % of ${probes.length} probes were answered within ${probe} ms`,
    );
  },
);

function p99(durations: readonly number[]): number {
  return durations.toSorted((a, b) => a - b)[Math.floor(durations.length * 0.99)] ?? Infinity;
}

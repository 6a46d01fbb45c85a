// Checks through clients that are handed in: PostgreSQL, MariaDB, Redis, RabbitMQ.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { createPool } from 'mysql2/promise';
import pg from 'pg';
import { createClient } from 'redis';
import { mysql, postgres, rabbitmq, redis } from '../../src/health/index.ts';
import { until } from '../harness/until.ts';
import { lacks } from '../harness/programs.ts';
import { killFamily, pauseFamily, resumeFamily } from '../harness/services/family.ts';
import { connectionsTo, DOWN_MS, drill, Watched } from '../harness/services/health-drill.ts';
import { startMariadb } from '../harness/services/mariadb.ts';
import { startPostgres } from '../harness/services/postgres.ts';
import { startRabbitmq } from '../harness/services/rabbitmq.ts';
import { startRedis } from '../harness/services/redis.ts';
import { fileEnd } from '../harness/services/service.ts';

describe('PostgreSQL', { skip: lacks('initdb') }, async () => {
  const service = await startPostgres(fileEnd);

  // First, since it leaves the server as it was; the drill kills it.
  test('a pool of which nothing is left is busy while the server answers, and down when it hangs', async (t) => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: service.port, user: 'postgres', max: 1 });
    t.after(() => pool.end());
    const taken = await pool.connect();
    taken.on('error', () => {});
    const startedMs = performance.now();
    const watched = new Watched(t, postgres(pool));
    await watched.becomes('UP', startedMs, 10 * DOWN_MS);
    assert.deepEqual(watched.report.details, { busy: true, waiting: 0 });
    await watched.checked(5);
    // Neither a place in the queue nor a connection is kept.
    assert.equal(pool.waitingCount, 0);
    assert.ok(connectionsTo(service.port) <= 2);
    const hangsMs = performance.now();
    pauseFamily(t, service);
    await watched.becomes('DOWN', hangsMs, DOWN_MS);
    await watched.checked(4);
    assert.ok(connectionsTo(service.port) <= 3);
    const goesOnMs = performance.now();
    resumeFamily(service);
    await watched.becomes('UP', goesOnMs, 10 * DOWN_MS);
    taken.release();
    await watched.checked(2);
    assert.deepEqual([pool.waitingCount, pool.totalCount, watched.report.details], [0, 1, {}]);
  });

  test('PostgreSQL, by a pool and by a client', async (t) => {
    const options = { host: '127.0.0.1', port: service.port, user: 'postgres', database: 'postgres' };
    const client = new pg.Client(options);
    await client.connect();
    const single = new Watched(t, postgres(client));
    const pool = new pg.Pool({ ...options, max: 2 });
    t.after(() => pool.end());
    await drill(t, {
      check: postgres(pool),
      service,
      connections: 1,
      pause: () => pauseFamily(t, service),
      resume: () => resumeFamily(service),
      kill: async () => killFamily(service),
    });
    // A client of pg that was cut stays so, and the check says it.
    await single.checked(1);
    assert.deepEqual([single.report.status, single.report.peer], ['DOWN', `127.0.0.1:${service.port}`]);
  });
});

test('MariaDB, by a pool', { skip: lacks('mariadbd') }, async (t) => {
  const service = await startMariadb(t);
  const pool = createPool({ host: '127.0.0.1', port: service.port, user: 'root', connectionLimit: 2 });
  t.after(() => pool.end());
  await drill(t, { check: mysql(pool), service });

  const one = createPool({ host: '127.0.0.1', port: service.port, user: 'root', connectionLimit: 1 });
  t.after(() => one.end());
  const busy = new Watched(t, mysql(one));
  await busy.checked(1);
  // Three queries in a row keep the only connection for longer than two checks may take.
  const queries = [0.5, 0.5, 0.5].map(async (seconds) => one.query('SELECT SLEEP(?)', [seconds]));
  await until('the pool to be busy', () => busy.report.details['busy'] === true);
  await Promise.all(queries);
  await busy.checked(2);
  assert.deepEqual([busy.report.status, busy.report.details], ['UP', {}]);
});

test('Redis, by ioredis', { skip: lacks('redis-server') }, async (t) => {
  const service = await startRedis(t);
  const client = new Redis({ host: '127.0.0.1', port: service.port });
  t.after(() => client.disconnect());
  await drill(t, { check: redis(client), service, connections: 1 });
});

test('Redis, by node-redis', { skip: lacks('redis-server') }, async (t) => {
  const service = await startRedis(t);
  const client = createClient({ socket: { host: '127.0.0.1', port: service.port } });
  client.on('error', () => {});
  await client.connect();
  t.after(() => client.destroy());
  await drill(t, { check: redis(client), service, connections: 1 });
});

test('RabbitMQ', { skip: lacks('epmd', 'rabbitmq-server') }, async (t) => {
  const service = await startRabbitmq(t);
  const url = `amqp://guest:guest@127.0.0.1:${service.port}`;
  let current: Awaited<ReturnType<typeof connect>> | undefined;
  t.after(() => current?.close().catch(() => {}));
  const check = rabbitmq(async () => (current = await connect(url)));
  await drill(t, { check, service, connections: 1 });
});

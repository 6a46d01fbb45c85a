// The harness itself: a server that is killed is gone, one that is paused hangs, and both come back.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { lacks } from '../harness/programs.ts';
import { startRedis } from '../harness/services/redis.ts';

async function ping(port: number): Promise<string> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const answered = once(socket, 'data').then(([answer]) => String(answer));
    return await Promise.race([answered, delay(300, 'hangs')]);
  } finally {
    socket.destroy();
  }
}

test(
  'a service serves, hangs, goes on, dies and comes back on its port',
  { skip: lacks('redis-server') },
  async (t) => {
    const redis = await startRedis(t);
    assert.equal(await ping(redis.port), '+PONG\r\n');
    redis.pause();
    assert.equal(await ping(redis.port), 'hangs');
    redis.resume();
    assert.equal(await ping(redis.port), '+PONG\r\n');
    await redis.kill();
    await assert.rejects(ping(redis.port), { code: 'ECONNREFUSED' });
    await redis.start();
    assert.equal(await ping(redis.port), '+PONG\r\n');
  },
);

// The harness itself: a server that is killed is gone, one that is paused hangs, and both come back.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { lacks } from '../harness/programs.ts';
import { startRedis } from '../harness/services/redis.ts';
import { DEADLINE_MS } from '../harness/until.ts';

/** @param forMs How long it waits for the answer: briefly only where none is expected, since a busy machine answers late. */
async function ping(port: number, forMs: number = DEADLINE_MS): Promise<string> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const answered = once(socket, 'data').then(([answer]) => String(answer));
    return await Promise.race([answered, delay(forMs, 'hangs', { ref: false })]);
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
    assert.equal(await ping(redis.port, 300), 'hangs');
    redis.resume();
    assert.equal(await ping(redis.port), '+PONG\r\n');
    await redis.kill();
    await assert.rejects(ping(redis.port), { code: 'ECONNREFUSED' });
    await redis.start();
    assert.equal(await ping(redis.port), '+PONG\r\n');
  },
);

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { redis } from './redis.ts';

class FakeClient extends EventEmitter {
  status: string | undefined;
  isReady: boolean | undefined;
  pings = 0;
  options: object = { host: 'cache', port: 6379 };
  async ping(): Promise<string> {
    this.pings += 1;
    return 'PONG';
  }
}

const { signal } = new AbortController();

test('where it is, by the options of either client', () => {
  assert.equal(redis(new FakeClient()).peer, 'cache:6379');
  const node = new FakeClient();
  node.options = { socket: { host: 'cache', port: 1 } };
  assert.equal(redis(node).peer, 'cache:1');
  assert.equal(redis(node, { peer: 'mine' }).peer, 'mine');
});

for (const [name, set] of [
  ['ioredis', (client: FakeClient, on: boolean) => (client.status = on ? 'ready' : 'reconnecting')],
  ['node-redis', (client: FakeClient, on: boolean) => (client.isReady = on)],
] as const) {
  test(`${name}: waited for at first, down at once when the connection is lost`, async () => {
    const client = new FakeClient();
    const check = redis(client);
    set(client, false);
    await check.run(signal);
    assert.equal(client.pings, 1);
    client.emit('error', new Error('connect ECONNREFUSED'));
    await assert.rejects(check.run(signal), (error: Error) => {
      assert.equal(error.message, 'the client is not connected');
      assert.equal((error.cause as Error).message, 'connect ECONNREFUSED');
      return true;
    });
    assert.equal(client.pings, 1);
    set(client, true);
    await check.run(signal);
    assert.equal(client.pings, 2);
  });
}

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { rabbitmq } from './rabbitmq.ts';

class FakeConnection extends EventEmitter {
  readonly connection = { stream: { remoteAddress: '127.0.0.1', remotePort: 5672 } };
  opened = 0;
  closed = 0;
  async createChannel(): Promise<{ close: () => Promise<void> }> {
    this.opened += 1;
    return {
      close: async () => {
        this.closed += 1;
      },
    };
  }
}

const { signal } = new AbortController();

test('a channel is opened and closed on the connection that is handed in', async () => {
  const connection = new FakeConnection();
  const check = rabbitmq(connection);
  await check.run(signal);
  assert.deepEqual([connection.opened, connection.closed, check.peer], [1, 1, '127.0.0.1:5672']);
});

test('a connection that is asked for is kept until it closes, and asked for once at a time', async () => {
  const made: FakeConnection[] = [];
  const check = rabbitmq(async () => {
    const connection = new FakeConnection();
    made.push(connection);
    return connection;
  });
  assert.equal(check.peer, undefined);
  await Promise.all([check.run(signal), check.run(signal)]);
  await check.run(signal);
  assert.deepEqual([made.length, made[0]?.opened, check.peer], [1, 3, '127.0.0.1:5672']);
  made[0]?.emit('close');
  await check.run(signal);
  assert.equal(made.length, 2);
});

test('after a connection that failed another one is tried', async () => {
  let tries = 0;
  const check = rabbitmq(async () => {
    tries += 1;
    if (tries === 1) throw new Error('refused');
    return new FakeConnection();
  });
  await assert.rejects(check.run(signal), { message: 'refused' });
  await check.run(signal);
  assert.equal(tries, 2);
});

test('a connection that was made for the check is closed with it, one that was handed in is not', async () => {
  const closed: string[] = [];
  class Closable extends FakeConnection {
    readonly name: string;
    constructor(name: string) {
      super();
      this.name = name;
    }
    async close(): Promise<void> {
      closed.push(this.name);
    }
  }
  for (const check of [rabbitmq(new Closable('handed in')), rabbitmq(async () => new Closable('made'))]) {
    await check.run(signal);
    await check.close?.();
  }
  assert.deepEqual(closed, ['made']);
});

import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { commandSender, type IoredisClient } from './client.ts';

/** A connection that notes how many commands come at a time. */
class Connection extends Writable {
  readonly batches: number[] = [];

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    this.batches.push(1);
    done();
  }

  override _writev(chunks: readonly unknown[], done: () => void): void {
    this.batches.push(chunks.length);
    done();
  }
}

class Client implements IoredisClient {
  stream: Connection | undefined;

  constructor(stream: Connection | undefined) {
    this.stream = stream;
  }

  callBuffer(command: string): Promise<unknown> {
    this.stream?.write(command);
    return Promise.resolve(command);
  }
}

test('commands of one turn go to the server together', async () => {
  const connection = new Connection();
  const send = commandSender(new Client(connection));
  for (const command of ['A', 'B', 'C']) void send?.('key', command);
  assert.deepEqual(connection.batches, []);
  await turn();
  assert.deepEqual(connection.batches, [3]);
  void send?.('key', 'D');
  await turn();
  assert.deepEqual(connection.batches, [3, 1]);
});

test('of many the server has the first before the last is made', async () => {
  const connection = new Connection();
  const send = commandSender(new Client(connection));
  for (let i = 0; i < 20; i += 1) void send?.('key', 'A');
  assert.deepEqual(connection.batches, [8, 8]);
  await turn();
  assert.deepEqual(connection.batches, [8, 8, 4]);
});

test('a connection that is replaced meanwhile keeps nothing back, nor does the new one', async () => {
  const [before, after] = [new Connection(), new Connection()];
  const client = new Client(before);
  const send = commandSender(client);
  void send?.('key', 'A');
  client.stream = after;
  void send?.('key', 'B');
  await turn();
  assert.deepEqual([before.batches, after.batches], [[1], [1]]);
  void send?.('key', 'C');
  assert.deepEqual(after.batches, [1]);
  await turn();
  assert.deepEqual(after.batches, [1, 1]);
});

test('a client without a connection of its own, as of a cluster, is sent commands one by one', async () => {
  assert.equal(await commandSender(new Client(undefined))?.('key', 'A'), 'A');
});

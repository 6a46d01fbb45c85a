// With a server: test/services.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { mongodb } from './mongodb.ts';

/** A client whose pool has one connection, and that answers no ping. */
class FakeClient extends EventEmitter {
  readonly options = { maxPoolSize: 1, hosts: [{ host: 'mongo-1', port: 27017 }] };
  db(): { command: () => Promise<unknown> } {
    return { command: async () => Promise.reject(new Error('pinged')) };
  }
  tell(...events: readonly string[]): this {
    for (const event of events) this.emit(event, { address: 'mongo-1:27017' });
    return this;
  }
}

const { signal } = new AbortController();

test('a pool that has lent everything is busy while connections come back', async () => {
  const client = new FakeClient();
  const check = mongodb(client);
  assert.equal(check.peer, 'mongo-1:27017');
  client.tell('connectionCheckOutStarted', 'connectionCheckedOut', 'connectionCheckOutStarted');
  await assert.rejects(Promise.resolve(check.run(signal)), { message: 'pinged' });
  client.tell('connectionCheckedIn', 'connectionCheckedOut', 'connectionCheckOutStarted');
  assert.deepEqual(await check.run(signal), { details: { busy: true, waiting: 1 } });
  client.tell('connectionPoolCleared');
  await assert.rejects(Promise.resolve(check.run(signal)), { message: 'pinged' });
});

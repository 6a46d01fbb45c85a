// With a broker: test/services.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kafka } from './kafka.ts';

const { signal } = new AbortController();

/** An admin client of a cluster that is as it is told. */
class FakeAdmin {
  readonly calls: string[] = [];
  controller: number | null = 1;
  brokers = [{ host: 'kafka-1', port: 9092 }];
  async connect(): Promise<void> {
    this.calls.push('connect');
  }
  async disconnect(): Promise<void> {
    this.calls.push('disconnect');
  }
  async describeCluster(): Promise<Pick<FakeAdmin, 'brokers' | 'controller'>> {
    return this;
  }
}

test('the admin client is connected once, and disconnected with the check', async () => {
  const admin = new FakeAdmin();
  const check = kafka(admin);
  await check.close?.();
  assert.equal(check.peer, undefined);
  await check.run(signal);
  await check.run(signal);
  assert.equal(check.peer, 'kafka-1:9092');
  await check.close?.();
  assert.deepEqual(admin.calls, ['connect', 'disconnect']);
});

test('a cluster without controller or brokers is down', async () => {
  const admin = new FakeAdmin();
  admin.controller = null;
  assert.deepEqual(await kafka(admin).run(signal), {
    status: 'DOWN',
    error: 'the cluster has no controller',
    details: { brokers: 1 },
  });
  admin.brokers = [];
  assert.deepEqual(await kafka(admin).run(signal), {
    status: 'DOWN',
    error: 'the cluster has no broker',
    details: { brokers: 0 },
  });
});

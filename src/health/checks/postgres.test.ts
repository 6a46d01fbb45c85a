// Without a server; test/services has the real one.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { postgres } from './postgres.ts';

/** Lends nothing while it is saturated. */
class FakePool extends EventEmitter {
  totalCount = 2;
  idleCount = 0;
  waitingCount = 3;
  options = { host: 'db', port: 5432, max: 2 };
  isHanging = false;
  async connect(): Promise<{ query: () => Promise<void>; release: () => void }> {
    if (this.isHanging) return new Promise(() => {});
    return { query: async () => {}, release: () => {} };
  }
}

const never = new AbortController().signal;

/** What it finds, or `hangs`. */
async function found(pool: FakePool): Promise<unknown> {
  pool.isHanging = true;
  return Promise.race([postgres(pool).run(never), hangs()]);
}

async function hangs(): Promise<string> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return 'hangs';
}

test('a pool that lends nothing to anybody is not busy', async () => {
  assert.equal(await found(new FakePool()), 'hangs');
});

test('a pool whose connections come back is busy', async () => {
  const pool = new FakePool();
  const check = postgres(pool);
  pool.isHanging = true;
  pool.emit('release', new Error('broken'), {});
  assert.equal(await Promise.race([check.run(never), hangs()]), 'hangs');
  pool.emit('release', undefined, {});
  assert.deepEqual(await check.run(never), { details: { busy: true, waiting: 3 } });
});

test('a pool of which fewer wait than before is busy', async () => {
  const pool = new FakePool();
  const check = postgres(pool);
  pool.isHanging = true;
  assert.equal(await Promise.race([check.run(never), hangs()]), 'hangs');
  pool.waitingCount = 2;
  assert.deepEqual(await check.run(never), { details: { busy: true, waiting: 2 } });
});

test('a pool with a connection free, or to be opened, is asked', async () => {
  for (const counts of [
    { idleCount: 1, waitingCount: 0 },
    { totalCount: 1, waitingCount: 0 },
  ]) {
    assert.equal(await postgres(Object.assign(new FakePool(), counts)).run(never), undefined);
  }
});

test('the server is asked beside a busy pool, and one with too many connections is up', async () => {
  const asked: string[] = [];
  const refusals = new Map([
    ['53300', 'up'],
    ['57P03', 'down'],
  ]);
  for (const [code, verdict] of refusals) {
    class Client extends EventEmitter {
      async connect(): Promise<void> {
        throw Object.assign(new Error(code), { code });
      }
    }
    const run = postgres(Object.assign(new FakePool(), { Client })).run(never);
    asked.push(
      await Promise.resolve(run).then(
        () => 'up',
        () => 'down',
      ),
    );
    assert.equal(asked.at(-1), verdict);
  }
});

test('the peer of a pool that was made by a connection string', () => {
  const peer = (connectionString: string): string | undefined =>
    postgres(Object.assign(new FakePool(), { options: { connectionString } })).peer;
  assert.equal(peer('postgres://app:s3cret@db:6432/orders'), 'db:6432');
  assert.equal(peer('postgres://db/orders'), 'db:5432');
  assert.equal(peer('not a url'), undefined);
});

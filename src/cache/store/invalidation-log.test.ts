import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isClosed, scene } from './moody-store.test.ts';

test('what was invalidated without it is invalidated before anything is taken from it', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  await guard.invalidate('a', 1000);
  assert.equal(await isClosed(guard), false, 'one is enough');
  await guard.invalidate('b', 1000);
  await guard.invalidateTags(['x', 'y']);
  await guard.invalidateTags(['x']);
  await guard.delete('c');
  store.mode = 'works';
  assert.deepEqual(store.told, []);
  await pass(102);
  assert.deepEqual(store.told, ['epoch', 'invalidate a', 'invalidate b', 'invalidate c', 'tags x,y']);
  assert.equal(await isClosed(guard), true);
  assert.equal(store.told.at(-1), 'get probe');
});

test('an invalidation that takes too long counts as not done', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'hangs';
  const done = Promise.resolve(guard.invalidate('a', 1000));
  await pass(52);
  await done;
  store.mode = 'works';
  await pass(102);
  assert.deepEqual(store.told, ['epoch', 'invalidate a']);
});

test('what is invalidated while it is being told the rest is told as well', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  await guard.invalidate('a', 1000);
  store.mode = 'works';
  const invalidate = store.invalidate;
  let isFirst = true;
  store.invalidate = async (key) => {
    if (isFirst) {
      isFirst = false;
      await guard.invalidate('b', 1000);
    }
    await invalidate(key);
  };
  await pass(102);
  assert.deepEqual(store.told, ['epoch', 'invalidate a', 'invalidate b']);
});

test('telling that fails is done again from where it failed', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  for (let i = 0; i < 250; i += 1) await guard.invalidate(String(i), 1000);
  const { invalidate } = store;
  const told = new Set<string>();
  let calls = 0;
  store.mode = 'works';
  store.invalidate = (key) => {
    calls += 1;
    if (calls === 150) return Promise.reject(new Error('gone again'));
    told.add(key);
    return invalidate(key);
  };
  await pass(110);
  assert.equal(await isClosed(guard), false);
  await pass(210);
  assert.equal(await isClosed(guard), true);
  assert.equal(told.size, 250);
});

test('too many to be remembered invalidate everything', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  for (let i = 0; i <= 10_000; i += 1) await guard.invalidate(String(i), 1000);
  store.mode = 'works';
  await pass(102);
  assert.deepEqual(store.told, ['epoch', 'flush']);
});

test('the last chance to tell it is when it is closed', async (t) => {
  const { store, guard } = scene(t);
  store.mode = 'fails';
  await guard.invalidate('a', 1000);
  store.mode = 'works';
  await guard.close();
  assert.deepEqual(store.told, ['invalidate a', 'close']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Waiters } from './waiters.ts';

function waitersOf(isWritable: boolean): { life: { isWritable: boolean }; waiters: Waiters } {
  const life = { isWritable };
  return { life, waiters: new Waiters(life, { nextTurn() {} }) };
}

test('first come, first served, one at a time', async () => {
  const { waiters } = waitersOf(true);
  const order: number[] = [];
  const all = [1, 2, 3].map(async (name) => {
    assert.equal(await waiters.ready(undefined), true);
    order.push(name);
    waiters.settle();
    waiters.grant();
  });
  assert.equal(waiters.size, 2);
  await Promise.all(all);
  assert.deepEqual(order, [1, 2, 3]);
});

test('no caller is let through while one that was has not written', async () => {
  const { waiters } = waitersOf(true);
  await waiters.ready(undefined);
  let isThrough = false;
  void waiters.ready(undefined).then(() => (isThrough = true));
  waiters.grant();
  await Promise.resolve();
  assert.equal(isThrough, false);
  waiters.settle();
  waiters.grant();
  await Promise.resolve();
  assert.equal(isThrough, true);
});

test('closing answers false to all, also to those that come later', async () => {
  const { waiters } = waitersOf(false);
  const waiting = Array.from({ length: 1000 }, () => waiters.ready(undefined));
  waiters.close();
  assert.ok((await Promise.all(waiting)).every((answer) => !answer));
  assert.equal(await waiters.ready(undefined), false);
});

test('an aborted wait rejects with the reason and makes room for the next', async () => {
  const { life, waiters } = waitersOf(false);
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [waiters.ready(first.signal), waiters.ready(second.signal)];
  first.abort(new Error('gave up'));
  await assert.rejects(waiting[0] ?? Promise.resolve(), /gave up/);
  life.isWritable = true;
  waiters.grant();
  assert.equal(await waiting[1], true);
  second.abort(new Error('too late'));
  await assert.rejects(waiters.ready(first.signal), /gave up/);
  assert.equal(waiters.size, 0);
});

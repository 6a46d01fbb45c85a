import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Waiters } from './waiters.ts';

test('first come, first served, one at a time', async () => {
  const waiters = new Waiters();
  const order: number[] = [];
  const all = [1, 2, 3].map(async (name) => {
    assert.equal(await waiters.ready(true, undefined), true);
    order.push(name);
    waiters.settle();
    waiters.grant();
  });
  assert.equal(waiters.size, 2);
  await Promise.all(all);
  assert.deepEqual(order, [1, 2, 3]);
});

test('nobody is let through while one that was has not written', async () => {
  const waiters = new Waiters();
  await waiters.ready(true, undefined);
  let isThrough = false;
  void waiters.ready(true, undefined).then(() => (isThrough = true));
  waiters.grant();
  await Promise.resolve();
  assert.equal(isThrough, false);
  waiters.settle();
  waiters.grant();
  await Promise.resolve();
  assert.equal(isThrough, true);
});

test('closing answers false to all, also to those that come later', async () => {
  const waiters = new Waiters();
  const waiting = Array.from({ length: 1000 }, () => waiters.ready(false, undefined));
  waiters.close();
  assert.ok((await Promise.all(waiting)).every((answer) => !answer));
  assert.equal(await waiters.ready(true, undefined), false);
});

test('an aborted wait rejects with the reason and makes room for the next', async () => {
  const waiters = new Waiters();
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [waiters.ready(false, first.signal), waiters.ready(false, second.signal)];
  first.abort(new Error('gave up'));
  await assert.rejects(waiting[0] ?? Promise.resolve(), /gave up/);
  waiters.grant();
  assert.equal(await waiting[1], true);
  second.abort(new Error('too late'));
  await assert.rejects(waiters.ready(true, first.signal), /gave up/);
  assert.equal(waiters.size, 0);
});

import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DropEvent } from '../events.ts';
import { type FakeTransport, open } from '../fake-transport.test.ts';
import { broadcast } from './broadcast.ts';
import type { OverflowPolicy } from './options.ts';

function subscriber(policy: OverflowPolicy): ReturnType<typeof open> {
  const limits = { highWaterMarkBytes: 10, lowWaterMarkBytes: 0 };
  return open({ ...limits, overflow: { policy, maxBytes: 20 } });
}

function textOf({ received }: FakeTransport): string {
  return Buffer.concat(received).toString();
}

test('those that keep up get everything, whatever becomes of the others', async () => {
  const fast = subscriber('disconnect');
  const slow = subscriber('disconnect');
  fast.transport.open(Infinity);
  for (const text of ['one', 'two', 'three']) {
    await broadcast([fast.channel, slow.channel], text.padEnd(10));
    await nextTurn();
  }
  assert.equal(textOf(fast.transport), ['one', 'two', 'three'].map((text) => text.padEnd(10)).join(''));
  assert.equal(slow.channel.isClosed, true);
  assert.equal(fast.channel.isClosed, false);
});

test('drop-oldest: the newest wait, and what is dropped is told', async (t) => {
  const { channel, transport } = subscriber('drop-oldest');
  const drops: DropEvent[] = [];
  const onDrop = (message: unknown): void => void drops.push(message as DropEvent);
  diagnostics.subscribe('respite:backpressure:drop', onDrop);
  t.after(() => diagnostics.unsubscribe('respite:backpressure:drop', onDrop));
  for (let i = 0; i < 6; i += 1) await broadcast([channel], `message ${i};`);
  await nextTurn();
  assert.deepEqual(
    drops.map(({ messages, bytes }) => [messages, bytes]),
    [
      [1, 10],
      [1, 10],
      [1, 10],
    ],
  );
  transport.open(Infinity);
  while (channel.pendingBytes > 0) await nextTurn();
  assert.equal(textOf(transport), 'message 0;message 4;message 5;');
});

test('coalesce: of each key the newest', async () => {
  const { channel, transport } = subscriber('coalesce');
  await broadcast([channel], '0123456789');
  for (const [key, text] of [
    ['a', 'a=1;'],
    ['b', 'b=1;'],
    ['a', 'a=2;'],
    ['a', 'a=3;'],
  ] as const) {
    await broadcast([channel], text, { key });
  }
  transport.open(Infinity);
  while (channel.pendingBytes > 0) await nextTurn();
  // What comes later must not overtake what still waits.
  await broadcast([channel], 'end');
  while (channel.pendingBytes > 0) await nextTurn();
  assert.equal(textOf(transport), '0123456789b=1;a=3;end');
});

test('pause: nothing is lost, and the publisher waits for the slowest, or for its end', async () => {
  const [first, second] = [subscriber('pause'), subscriber('pause')];
  first.transport.open(Infinity);
  let isDone = false;
  const sending = broadcast([first.channel, second.channel], 'x'.repeat(15)).then(() => (isDone = true));
  await nextTurn();
  await nextTurn();
  assert.equal(isDone, false);
  second.transport.open(15);
  await sending;
  assert.equal(textOf(second.transport), 'x'.repeat(15));
  const again = broadcast([first.channel, second.channel], 'y'.repeat(15));
  await nextTurn();
  second.channel.evict('test');
  await again;
});

test('an ending subscriber is left out, and the others get everything', async () => {
  const ending = subscriber('disconnect');
  const other = subscriber('disconnect');
  other.transport.open(Infinity);
  ending.channel.write('goodbye');
  ending.channel.end();
  await broadcast([ending.channel, other.channel], 'news');
  await nextTurn();
  assert.equal(textOf(other.transport), 'news');
  ending.transport.open(Infinity);
  await nextTurn();
  assert.deepEqual([textOf(ending.transport), ending.transport.isEnded], ['goodbye', true]);
});

test('end() sends what waits for a subscriber that is behind, and then ends', async () => {
  const { channel, transport } = subscriber('drop-oldest');
  await broadcast([channel], 'x'.repeat(15));
  for (const text of ['one;', 'two;']) await broadcast([channel], text);
  channel.end();
  transport.open(Infinity);
  assert.equal((await channel.closed).reason, 'ended');
  assert.equal(textOf(transport), `${'x'.repeat(15)}one;two;`);
});

test('what waits for a subscriber that goes away counts as dropped', async (t) => {
  const { channel } = subscriber('drop-oldest');
  const drops: DropEvent[] = [];
  const onDrop = (message: unknown): void => void drops.push(message as DropEvent);
  diagnostics.subscribe('respite:backpressure:drop', onDrop);
  t.after(() => diagnostics.unsubscribe('respite:backpressure:drop', onDrop));
  await broadcast([channel], 'x'.repeat(15));
  await broadcast([channel], 'late');
  channel.evict('test');
  await nextTurn();
  assert.deepEqual(
    drops.map(({ messages, bytes }) => [messages, bytes]),
    [[1, 4]],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { createWriteBudget } from './budget/index.ts';
import { lengthOf, open } from './fake-transport.test.ts';
import { histories } from '../../test/harness/histories.ts';

const KB = 1024;

test('as a plain array: every byte in order, once', async () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 40_000 }));
  const step = fc.tuple(fc.constantFrom('write', 'encode', 'open', 'flush', 'turn'), size);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (given) => {
      const { channel, transport } = open({
        highWaterMarkBytes: 32 * KB,
        sliceBytes: 8 * KB,
        turnBytes: 16 * KB,
      });
      const model: Buffer[] = [];
      let pending = 0;
      for (const [i, [kind, bytes]] of given.entries()) {
        const data = Buffer.alloc(bytes, i);
        if (kind === 'write') channel.write(data);
        else if (kind === 'encode') channel.encode(bytes, (target, start) => data.copy(target, start));
        else if (kind === 'open') transport.open(bytes);
        else if (kind === 'flush') channel.flush();
        else await nextTurn();
        if (kind === 'write' || kind === 'encode') model.push(data);
        pending = lengthOf(model) - lengthOf(transport.received);
        assert.equal(channel.pendingBytes, pending);
        if (pending >= 32 * KB) assert.equal(channel.isWritable(), false);
        if (pending <= 8 * KB) assert.equal(channel.isWritable(), true);
      }
      transport.open(Infinity);
      while (channel.pendingBytes > 0) await nextTurn();
      assert.ok(Buffer.concat(transport.received).equals(Buffer.concat(model)));
      assert.ok(transport.sizes.every((slice) => slice <= 8 * KB));
      assert.equal(channel.heldBytes, 0);
    }),
    { numRuns: histories(200) },
  );
});

test('writability has hysteresis, and listeners are told each change once', async () => {
  const { channel, transport } = open({
    highWaterMarkBytes: 10_000,
    lowWaterMarkBytes: 4000,
    sliceBytes: 3000,
  });
  const changes: boolean[] = [];
  const off = channel.onWritabilityChanged((isWritable) => changes.push(isWritable));
  assert.equal(channel.bytesBeforeUnwritable, 10_000);
  assert.equal(channel.write(Buffer.alloc(9999)), true);
  assert.equal(channel.bytesBeforeUnwritable, 1);
  assert.equal(channel.write('x'), false);
  assert.equal(channel.write('y'), false);
  assert.equal(channel.bytesBeforeUnwritable, 0);
  await nextTurn();
  transport.open(3000);
  assert.deepEqual([channel.pendingBytes, channel.isWritable()], [7001, false]);
  transport.open(3000);
  assert.deepEqual([channel.pendingBytes, channel.isWritable()], [4001, false]);
  transport.open(3000);
  assert.deepEqual([channel.pendingBytes, channel.isWritable()], [1001, true]);
  await nextTurn();
  assert.deepEqual(changes, [false, true]);
  channel.evict('test');
  await nextTurn();
  assert.deepEqual(changes, [false, true, false]);
  off();
});

test('a thousand producers: pending stays within the high mark and one message, and none hangs after close', async () => {
  const message = Buffer.alloc(8 * KB);
  const { channel, transport } = open({ highWaterMarkBytes: 256 * KB });
  let most = 0;
  const answers = { wrote: 0, closed: 0 };
  const produce = async (): Promise<void> => {
    for (;;) {
      const isReady = await channel.ready();
      if (!isReady) {
        answers.closed += 1;
        return;
      }
      channel.write(message);
      answers.wrote += 1;
      most = Math.max(most, channel.pendingBytes);
    }
  };
  const producers = Array.from({ length: 1000 }, produce);
  for (let i = 0; i < 100; i += 1) {
    transport.open(100 * KB);
    await nextTurn();
  }
  assert.ok(answers.wrote > 1200, String(answers.wrote));
  assert.ok(most >= 256 * KB && most <= 264 * KB, String(most));
  channel.evict('test');
  await Promise.all(producers);
  assert.equal(answers.closed, 1000);
});

test('a producer that is let through and never writes holds up the others for one turn only', async () => {
  const { channel } = open();
  assert.equal(await channel.ready(), true);
  const second = channel.ready();
  const third = channel.ready();
  assert.equal(await second, true);
  assert.equal(await third, true);
});

test('what one turn hands over is bounded, and that is no congestion', async () => {
  const { channel, transport } = open(
    { turnBytes: 256 * KB, sliceBytes: 64 * KB, highWaterMarkBytes: 128 * KB },
    Infinity,
  );
  for (let i = 0; i < 8; i += 1) channel.write(Buffer.alloc(64 * KB));
  assert.equal(lengthOf(transport.received), 256 * KB);
  assert.equal(channel.isWritable(), false);
  // The peer takes all it gets, so it is read from.
  assert.equal(transport.isPaused, false);
  assert.equal(channel.blockedSinceMs, Infinity);
  await nextTurn();
  assert.equal(lengthOf(transport.received), 512 * KB);
  assert.equal(channel.isWritable(), true);
});

test('reads are paused while the peer does not take what is sent, unless they were paused before', () => {
  const { channel, transport } = open({ highWaterMarkBytes: 1000 });
  channel.write(Buffer.alloc(3000));
  channel.flush();
  assert.equal(transport.isPaused, true);
  transport.open(3000);
  assert.equal(transport.isPaused, false);
  transport.isReading = false;
  transport.isPaused = true;
  channel.write(Buffer.alloc(3000));
  channel.flush();
  transport.open(3000);
  assert.equal(transport.isPaused, true);
});

test('past the hard limit the peer is evicted, and all that it held is free', () => {
  const { channel, transport } = open({ highWaterMarkBytes: 1000, hardLimitBytes: 5000 });
  channel.write(Buffer.alloc(9000));
  assert.equal(channel.isClosed, false, 'one large message is let in');
  channel.write('x');
  assert.equal(channel.isClosed, true);
  assert.deepEqual([transport.isOpen, channel.pendingBytes, channel.heldBytes], [false, 0, 0]);
  assert.equal(channel.write('dropped'), false);
});

test('end() ends the connection after all that was written, and nothing may follow', async () => {
  const { channel, transport } = open();
  channel.write(Buffer.alloc(3000));
  channel.end();
  assert.equal(await channel.ready(), false);
  assert.throws(() => channel.write('x'), { code: 'RESPITE_BACKPRESSURE_WRITE_AFTER_END' });
  assert.equal(transport.isEnded, false);
  transport.open(3000);
  assert.equal(transport.isEnded, true);
  assert.equal(channel.isClosed, true);
});

test('a transport that is not open any more closes the channel', async () => {
  const { channel, transport } = open();
  const waiting = channel.ready();
  channel.write('x');
  transport.isOpen = false;
  await nextTurn();
  assert.equal(await waiting, true);
  assert.equal(channel.isClosed, true);
  assert.equal(await channel.ready(), false);
});

test('a listener that writes does not upset the order', async () => {
  const { channel, transport } = open({ highWaterMarkBytes: 4000, sliceBytes: 1000 });
  let next = 0;
  const write = (): void => {
    while (next < 20_000 && channel.isWritable()) {
      const bytes = Buffer.alloc(2000);
      for (let i = 0; i < bytes.length; i += 2) bytes.writeUInt16BE((next += 1), i);
      channel.write(bytes);
    }
  };
  channel.onWritabilityChanged(write);
  write();
  while (lengthOf(transport.received) < 40_000) {
    transport.open(1500);
    await nextTurn();
  }
  const all = Buffer.concat(transport.received);
  assert.equal(all.length, 40_000);
  for (let i = 0; i < all.length; i += 2) assert.equal(all.readUInt16BE(i), i / 2 + 1);
});

test('a peer that takes all at once is written to without a wait, however exhausted the budget is', () => {
  const budget = createWriteBudget({ limitBytes: 8 * 1024 * KB });
  const stalled = open({ budget });
  // One message is let in whole; it is a stalled channel's from then on.
  stalled.channel.write(Buffer.alloc(7 * 1024 * KB));
  stalled.channel.flush();
  assert.equal(budget.stats().pressure, 1);
  const { channel, transport } = open({ budget, turnBytes: 64 * 1024 * KB }, Infinity);
  let refused = 0;
  for (let i = 0; i < 3000; i += 1) if (!channel.write(Buffer.alloc(KB))) refused += 1;
  assert.equal(refused, 0);
  channel.flush();
  assert.equal(lengthOf(transport.received), 3000 * KB);
  // One that takes nothing has its one message, and waits.
  const late = open({ budget });
  assert.equal(late.channel.write(Buffer.alloc(KB)), false);
});

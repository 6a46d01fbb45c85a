import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { lengthOf, open } from './fake-transport.test.ts';
import { collectThrown } from './thrown.test.ts';

const LIMITS = { highWaterMarkBytes: 10, lowWaterMarkBytes: 0 };

test('an ending channel is not writable, says so once, and never becomes writable again', async () => {
  const { channel, transport } = open(LIMITS);
  const told: boolean[] = [];
  channel.onWritabilityChanged((isWritable) => told.push(isWritable));
  channel.write('abc');
  channel.end();
  assert.deepEqual(
    [channel.state, channel.isWritable(), channel.bytesBeforeUnwritable],
    ['ending', false, 0],
  );
  await nextTurn();
  assert.deepEqual(told, [false]);
  transport.open(3);
  await nextTurn();
  assert.deepEqual([channel.state, told], ['closed', [false, false]]);
});

test('a listener that throws harms neither its channel nor others, and its error is not lost', async (t) => {
  const thrown = collectThrown(t);
  const { channel, transport } = open(LIMITS);
  const other = open({}, Infinity);
  const told: boolean[] = [];
  channel.onWritabilityChanged(() => {
    throw new Error('listener');
  });
  channel.onWritabilityChanged((isWritable) => told.push(isWritable));
  channel.write(Buffer.alloc(20));
  other.channel.write('one');
  await nextTurn();
  transport.open(20);
  other.channel.write('two');
  await nextTurn();
  other.channel.write('three');
  channel.evict('test');
  await nextTurn();
  assert.deepEqual(told, [false, true, false]);
  assert.equal(transport.isOpen, false, 'evicted all the same');
  assert.equal(Buffer.concat(other.transport.received).toString(), 'onetwothree');
  assert.deepEqual(thrown.map(String), ['Error: listener', 'Error: listener', 'Error: listener']);
});

test('a listener is never told what is not true any more, whatever the one before it has done', async () => {
  const { channel, transport } = open(LIMITS);
  channel.onWritabilityChanged((isWritable) => {
    if (isWritable) channel.write(Buffer.alloc(10));
  });
  const told: boolean[] = [];
  channel.onWritabilityChanged((isWritable) => {
    assert.equal(isWritable, channel.isWritable());
    told.push(isWritable);
  });
  channel.write(Buffer.alloc(10));
  await nextTurn();
  for (let i = 0; i < 3; i += 1) {
    transport.open(10);
    await nextTurn();
  }
  assert.deepEqual(told, [false], 'writable only for as long as the first listener took to write');
});

test('a listener that is removed, by another one too, is not called', async () => {
  const { channel } = open(LIMITS);
  const off: (() => void)[] = [];
  channel.onWritabilityChanged(() => off.pop()?.());
  off.push(channel.onWritabilityChanged(() => assert.fail('removed')));
  channel.write(Buffer.alloc(10));
  await nextTurn();
  assert.deepEqual(off, []);
});

test('`closed` says why, and what was dropped, to callers before and after', async () => {
  const ended = open({}, Infinity).channel;
  const before = ended.closed;
  ended.write('all of it');
  ended.end();
  assert.deepEqual(await before, { reason: 'ended', droppedBytes: 0 });
  assert.deepEqual(await ended.closed, { reason: 'ended', droppedBytes: 0 });
  const evicted = open().channel;
  evicted.write('abc');
  evicted.evict('my reason');
  assert.deepEqual(await evicted.closed, { reason: 'my reason', droppedBytes: 3 });
  const gone = open();
  gone.channel.write('abc');
  gone.transport.events?.onClosed(new Error('ECONNRESET'));
  const { reason, error } = await gone.channel.closed;
  assert.deepEqual([reason, String(error)], ['peer-gone', 'Error: ECONNRESET']);
});

test('what the channel writes to throws: it is closed with the error, and no call of the user hears of it', async () => {
  const { channel, transport } = open();
  transport.send = () => {
    throw new Error('_write');
  };
  assert.equal(channel.write('abc'), true);
  channel.flush();
  const { reason, droppedBytes, error } = await channel.closed;
  assert.deepEqual([reason, droppedBytes, String(error)], ['write-failed', 3, 'Error: _write']);
  assert.deepEqual([channel.heldBytes, transport.isOpen], [0, false]);
});

test('`flushed()` waits for what was written before it, and no longer', async () => {
  const { channel, transport } = open({ sliceBytes: 4 });
  assert.equal(await channel.flushed(), true, 'nothing is pending');
  channel.write('12345678');
  const first = channel.flushed();
  channel.write('9');
  const second = channel.flushed();
  const isDone = { first: false, second: false };
  void first.then(() => (isDone.first = true));
  void second.then(() => (isDone.second = true));
  await nextTurn();
  transport.open(4);
  await nextTurn();
  assert.deepEqual(isDone, { first: false, second: false });
  transport.open(4);
  await nextTurn();
  assert.equal(lengthOf(transport.received), 8);
  assert.deepEqual(isDone, { first: true, second: false });
  channel.evict('test');
  assert.deepEqual([await first, await second, await channel.flushed()], [true, false, false]);
});

test('the function given to encode() throws, writes, flushes or evicts: no byte of others is harmed', async () => {
  const { channel, transport } = open({}, Infinity);
  channel.write('a');
  const fails = (): number => {
    throw new Error('fill');
  };
  assert.throws(() => channel.encode(10, fails), /fill/);
  channel.encode(10, (target, start) => {
    target.write('e', start);
    channel.write('b');
    channel.encode(10, (inner, at) => {
      inner.write('d', at);
      channel.write('c');
      return 1;
    });
    channel.flush();
    return 1;
  });
  const other = open({}, Infinity);
  channel.write('f');
  await nextTurn();
  channel.encode(10, (target, start) => {
    channel.evict('test');
    other.channel.write('theirs');
    return target.write('garbage', start);
  });
  await nextTurn();
  assert.equal(Buffer.concat(transport.received).toString(), 'abcdef');
  assert.equal(Buffer.concat(other.transport.received).toString(), 'theirs');
  assert.deepEqual([channel.pendingBytes, channel.heldBytes], [0, 0]);
});

test('what is neither bytes nor text is refused, and nothing is lost', async () => {
  const { channel, transport } = open({}, Infinity);
  channel.write('a');
  for (const wrong of [7, {}, new ArrayBuffer(3)]) {
    assert.throws(() => channel.write(wrong as never), { code: 'RESPITE_BACKPRESSURE_CHUNK_INVALID' });
  }
  channel.write('b');
  await nextTurn();
  assert.equal(Buffer.concat(transport.received).toString(), 'ab');
});

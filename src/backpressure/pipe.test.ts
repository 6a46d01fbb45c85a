import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { open } from './fake-transport.test.ts';
import { pipe } from './pipe.ts';

test('everything is written, and the connection ended', async () => {
  const { channel, transport } = open({ highWaterMarkBytes: 10 }, Infinity);
  assert.equal(await pipe(['one ', Buffer.from('two '), 'three'], channel), true);
  await nextTurn();
  assert.equal(Buffer.concat(transport.received).toString(), 'one two three');
  assert.equal(transport.isEnded, true);
});

test('the source is asked for no more than the peer takes', async () => {
  const { channel, transport } = open({ highWaterMarkBytes: 10 });
  let asked = 0;
  async function* endless(): AsyncGenerator<string> {
    for (;;) {
      asked += 1;
      yield 'message';
      await Promise.resolve();
    }
  }
  const piping = pipe(endless(), channel);
  for (let i = 0; i < 20; i += 1) await nextTurn();
  assert.equal(asked, 2);
  transport.open(14);
  for (let i = 0; i < 20; i += 1) await nextTurn();
  assert.equal(asked, 4);
  channel.evict('test');
  assert.equal(await piping, false);
});

test('when the peer goes away, a source that hangs is told and not waited for', async () => {
  const { channel } = open({}, Infinity);
  let isTold = false;
  const hangs = {
    next: (): Promise<IteratorResult<string>> => new Promise(() => {}),
    return: (): Promise<IteratorResult<string>> => {
      isTold = true;
      return new Promise(() => {});
    },
  };
  const piping = pipe({ [Symbol.asyncIterator]: () => hangs }, channel);
  await nextTurn();
  channel.evict('test');
  assert.equal(await piping, false);
  assert.equal(isTold, true);
});

test('a source that fails: the peer must not take a part for the whole', async () => {
  const { channel, transport } = open({}, Infinity);
  async function* fails(): AsyncGenerator<string> {
    yield 'a part';
    await Promise.reject(new Error('the database is gone'));
  }
  await assert.rejects(pipe(fails(), channel), /the database is gone/);
  assert.deepEqual([transport.isEnded, transport.isOpen], [false, false]);
});

test('an aborted pipe leaves the channel to its owner', async () => {
  const { channel } = open({ highWaterMarkBytes: 3 });
  const aborting = new AbortController();
  const piping = pipe(['one', 'two'], channel, { signal: aborting.signal });
  await nextTurn();
  aborting.abort(new Error('enough'));
  await assert.rejects(piping, /enough/);
  assert.equal(channel.isClosed, false);
});

test('several sources, one after the other, into one connection', async () => {
  const { channel, transport } = open({}, Infinity);
  await pipe(['a'], channel, { end: false });
  await pipe(['b'], channel);
  await nextTurn();
  assert.equal(Buffer.concat(transport.received).toString(), 'ab');
});

test('a signal stops a source that never yields, which is told, and leaves the channel to its owner', async () => {
  const { channel } = open({}, Infinity);
  let isTold = false;
  const hangs = {
    next: (): Promise<IteratorResult<string>> => new Promise(() => {}),
    return: (): Promise<IteratorResult<string>> => {
      isTold = true;
      return new Promise(() => {});
    },
  };
  const stopping = new AbortController();
  const piping = pipe({ [Symbol.asyncIterator]: () => hangs }, channel, { signal: stopping.signal });
  await nextTurn();
  stopping.abort(new Error('enough'));
  await assert.rejects(piping, /enough/);
  assert.deepEqual([isTold, channel.state], [true, 'open']);
  await assert.rejects(pipe(['late'], channel, { signal: stopping.signal }), /enough/);
});

test('a source that throws when it is told to stop changes nothing', async () => {
  const { channel } = open();
  function* source(): Generator<string> {
    try {
      for (;;) yield 'x'.repeat(300_000);
    } finally {
      // oxlint-disable-next-line no-unsafe-finally
      throw new Error('clean-up');
    }
  }
  const piping = pipe(source(), channel);
  await nextTurn();
  channel.evict('test');
  assert.equal(await piping, false);
});

test('a channel that other code ends takes no more of the source', async () => {
  const { channel, transport } = open({}, Infinity);
  async function* source(): AsyncGenerator<string> {
    yield 'one';
    channel.end();
    yield await Promise.resolve('two');
  }
  assert.equal(await pipe(source(), channel), false);
  assert.deepEqual([Buffer.concat(transport.received).toString(), transport.isOpen], ['one', true]);
});

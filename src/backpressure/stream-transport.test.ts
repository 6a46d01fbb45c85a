// Streams as middleware, frameworks and departed clients leave them.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createChannel } from './create-channel.ts';
import type { WebSocketLike } from './message-transport.ts';
import { pipe } from './pipe.ts';

/** A stream whose writes end when they are released. */
function holding(): { stream: Writable; release(): void; written: Buffer[] } {
  const written: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      waiting.push(() => {
        written.push(chunk);
        done();
      });
    },
  });
  stream.on('error', () => {});
  return { stream, written, release: () => waiting.splice(0).forEach((each) => each()) };
}

test('a response whose client has left before: the channel is closed, and a source is not asked', async () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.on('error', () => {});
  response.destroy();
  await nextTurn();
  assert.equal(response.writable, true, 'what Node.js says of it');
  const channel = createChannel(response);
  assert.equal((await channel.closed).reason, 'peer-gone');
  let asked = 0;
  function* endless(): Generator<string> {
    for (;;) yield `row ${(asked += 1)}`;
  }
  assert.equal(await pipe(endless(), channel), false);
  assert.equal(asked, 0);
});

test('a response that waits behind others hears of the end of their connection', async () => {
  const socket = new Socket();
  const channels = Array.from({ length: 20 }, () => {
    const response = new ServerResponse(new IncomingMessage(socket));
    return createChannel(response);
  });
  for (const channel of channels) channel.write('waits');
  await nextTurn();
  assert.ok(socket.listenerCount('close') < 10, 'one listener for all of them');
  socket.destroy();
  for (const channel of channels) assert.equal((await channel.closed).reason, 'peer-gone');
});

test('a stream that was ended, or destroyed, closes the channel from the start', async () => {
  const [ended, destroyed] = [new Writable({ write() {} }), new Writable()];
  ended.end('x');
  destroyed.destroy();
  for (const stream of [ended, destroyed]) {
    assert.equal((await createChannel(stream).closed).reason, 'peer-gone');
  }
});

for (const [name, returned] of [
  ['its result', (result: boolean): unknown => result],
  ['nothing', (): unknown => undefined],
] as const) {
  test(`a wrapped write() that drops the callback and returns ${name}: writes go on, and all arrives`, async () => {
    const { stream, release, written } = holding();
    const write = stream.write.bind(stream) as (chunk: unknown) => boolean;
    stream.write = ((chunk: unknown) => returned(write(chunk))) as typeof stream.write;
    const channel = createChannel(stream, { sliceBytes: 20_000, slowPeer: false });
    for (let i = 0; i < 10; i += 1) channel.write(Buffer.alloc(20_000, i));
    for (let i = 0; i < 40 && channel.pendingBytes > 0; i += 1) {
      release();
      await nextTurn();
    }
    assert.equal(channel.pendingBytes, 0);
    while (stream.writableLength > 0) {
      release();
      await nextTurn();
    }
    assert.deepEqual(
      written.map((chunk) => chunk[0]),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });
}

test('a write that fails closes the channel, with the error, also where no close event follows', async () => {
  const stream = new Writable({
    autoDestroy: false,
    write: (_, __, done) => void setImmediate(() => done(new Error('EPIPE'))),
  });
  stream.on('error', () => {});
  const channel = createChannel(stream);
  channel.write('x');
  const { reason, error } = await channel.closed;
  assert.deepEqual([reason, String(error)], ['peer-gone', 'Error: EPIPE']);
});

test('a _write that throws, or that closes its own channel, ends no process', async () => {
  const throws = new Writable({
    write() {
      throw new Error('_write');
    },
  });
  throws.on('error', () => {});
  const failed = createChannel(throws);
  failed.write('x');
  assert.equal((await failed.closed).reason, 'write-failed');
  const evicting: Writable = new Writable({
    write(_, __, done) {
      evicted.evict('from within');
      done();
    },
  });
  const evicted = createChannel(evicting, { sliceBytes: 10 });
  evicted.write(Buffer.alloc(5000));
  assert.equal((await evicted.closed).reason, 'from within');
  assert.equal(evicted.heldBytes, 0);
});

class FakeWebSocket extends EventEmitter implements WebSocketLike {
  readyState = 1;
  bufferedAmount = 0;
  isPaused = false;
  readonly unsent: ((error?: Error) => void)[] = [];

  send(data: Uint8Array | string, onSent: (error?: Error) => void): void {
    this.bufferedAmount += data.length;
    this.unsent.push(onSent);
  }

  close(): void {}
  terminate(): void {}
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}

test('a WebSocket whose message cannot be sent closes the channel, before its own close event', async () => {
  const socket = new FakeWebSocket();
  const channel = createChannel(socket);
  channel.write('message');
  await nextTurn();
  socket.unsent[0]?.(new Error('not open'));
  assert.equal((await channel.closed).reason, 'peer-gone');
});

test('a WebSocket has to be open; one that is closing closes the channel', async () => {
  const [connecting, closing] = [new FakeWebSocket(), new FakeWebSocket()];
  connecting.readyState = 0;
  assert.throws(() => createChannel(connecting), { code: 'RESPITE_OPTIONS_INVALID' });
  closing.readyState = 2;
  assert.equal((await createChannel(closing).closed).reason, 'peer-gone');
});

test('an error of a stream that is evicted is not uncaught', async () => {
  const stream = new Writable({
    write() {},
    destroy(_, done) {
      done(new Error('late'));
    },
  });
  createChannel(stream).evict('test');
  await new Promise((resolve) => stream.once('close', resolve));
});

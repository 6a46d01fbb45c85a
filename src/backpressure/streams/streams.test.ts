import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BoundedChannel } from '../bounded-channel.ts';
import { lengthOf, open } from '../fake-transport.test.ts';
import { toWritable, toWritableStream } from './index.ts';

const MESSAGES = ['one ', 'two ', 'three'];
const CLOSED = { code: 'RESPITE_BACKPRESSURE_CLOSED' };

/** How a source is written to a channel by each of the faces. */
const FACES: readonly (readonly [string, (source: Readable, channel: BoundedChannel) => Promise<void>])[] = [
  ['a Writable', (source, channel) => pipeline(source, toWritable(channel))],
  [
    'a WritableStream',
    (source, channel) =>
      (Readable.toWeb(source) as ReadableStream<Uint8Array | string>).pipeTo(toWritableStream(channel)),
  ],
];

for (const [name, run] of FACES) {
  test(`${name}: everything arrives, in order, and the connection ends`, async () => {
    const { channel, transport } = open({ highWaterMarkBytes: 8 }, Infinity);
    await run(Readable.from(MESSAGES), channel);
    assert.equal(Buffer.concat(transport.received).toString(), 'one two three');
    assert.deepEqual([transport.isEnded, (await channel.closed).reason], [true, 'ended']);
  });

  test(`${name}: the source waits for the peer`, async () => {
    const { channel, transport } = open({ highWaterMarkBytes: 1000 });
    let given = 0;
    const source = Readable.from(
      (function* () {
        for (; given < 1000; given += 1) yield Buffer.alloc(1000);
      })(),
    );
    const running = run(source, channel);
    for (let i = 0; i < 50; i += 1) await nextTurn();
    assert.ok(given < 100, `${given} taken from the source`);
    transport.open(Infinity);
    await running;
    assert.equal(lengthOf(transport.received), 1_000_000);
  });

  test(`${name}: the peer goes away, and the source is destroyed`, async () => {
    const { channel, transport } = open({ highWaterMarkBytes: 10 });
    const source = new Readable({
      read() {
        this.push('x'.repeat(20));
      },
    });
    source.on('error', () => {});
    const running = run(source, channel);
    await nextTurn();
    transport.events?.onClosed();
    await assert.rejects(running, CLOSED);
    while (!source.destroyed) await nextTurn();
  });

  test(`${name}: the source fails, and the peer is cut off`, async () => {
    const { channel, transport } = open({}, Infinity);
    const source = Readable.from(
      (function* () {
        yield 'a part';
        throw new Error('the database is gone');
      })(),
    );
    await assert.rejects(run(source, channel), /the database is gone/);
    assert.equal((await channel.closed).reason, 'source-failed');
    assert.deepEqual([transport.isEnded, transport.isOpen], [false, false]);
  });

  test(`${name}: a channel that was closed before, or that other code ends`, async () => {
    const closed = open().channel;
    closed.evict('test');
    await assert.rejects(run(Readable.from(MESSAGES), closed), CLOSED);
    const ending = open().channel;
    ending.write('x');
    ending.end();
    const running = run(Readable.from(MESSAGES), ending);
    ending.evict('test');
    await assert.rejects(running);
  });
}

test('a Writable takes text in other encodings', async () => {
  const { channel, transport } = open({}, Infinity);
  const writable = toWritable(channel);
  writable.write('6869', 'hex');
  writable.end(' ü', 'utf8');
  await channel.closed;
  assert.equal(Buffer.concat(transport.received).toString(), 'hi ü');
});

// What a channel promises, held over every kind of thing that it writes to.
import assert from 'node:assert/strict';
import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Channel, createChannel, pipe } from '../../src/backpressure/index.ts';
import { below, printedRandom, randomBytes } from '../harness/seed.ts';
import { seededRandom } from '../simulator/random.ts';
import { type ChannelKind, KINDS } from './channels.ts';

const KB = 1024;
const MB = 1024 * KB;
const TOTAL_BYTES = 24 * MB;
/** In the middle: more than the kernel takes at once. */
const CUT_AFTER_BYTES = 8 * MB;

/** Bytes of which messages are cut anywhere. */
const source = randomBytes(seededRandom(1), 2 * MB);

function message(random: () => number): Buffer {
  const most = [100, 3000, 20_000, 500_000][below(random, 4)] ?? 100;
  const bytes = below(random, most);
  const start = below(random, source.length - bytes);
  return source.subarray(start, start + bytes);
}

/** Writes, in every way there is, until that much is written or the channel is closed. */
async function produce(
  channel: Channel,
  hash: Hash,
  totalBytes: number,
  random: () => number,
): Promise<number> {
  let written = 0;
  let most = 0;
  while (written < totalBytes) {
    const isReady = await channel.ready();
    if (!isReady) break;
    const bytes = message(random);
    if (below(random, 2) === 0) channel.write(bytes);
    else channel.encode(bytes.length, (target, start) => bytes.copy(target, start));
    hash.update(bytes);
    written += bytes.length;
    most = Math.max(most, channel.pendingBytes - bytes.length);
  }
  assert.ok(most <= 256 * KB, `${most} pending`);
  return written;
}

/** Reads until the end, now and then not at all for some milliseconds. */
async function consume(reader: Readable, hash: Hash, random: () => number): Promise<number> {
  let read = 0;
  for await (const chunk of reader) {
    const bytes = chunk as Buffer;
    hash.update(bytes);
    read += bytes.length;
    if (below(random, 40) === 0) await sleep(below(random, 15));
  }
  return read;
}

function holds(kind: ChannelKind): void {
  test('every byte in order, once, over random sizes and pauses', { timeout: 60_000 }, async (t) => {
    const { writer, reader } = await kind.connect(t);
    const channel = createChannel(writer);
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    // A generator for each side: the sizes do not depend on when the reader reads.
    const [random, readerRandom] = [printedRandom(t), seededRandom(2)];
    const reading = consume(reader, received, readerRandom);
    const written = await produce(channel, sent, TOTAL_BYTES, random);
    assert.equal(await channel.flushed(), true);
    channel.end();
    assert.deepEqual(await channel.closed, { reason: 'ended', droppedBytes: 0 });
    assert.equal(await reading, written);
    assert.equal(received.digest('hex'), sent.digest('hex'));
    assert.deepEqual([channel.pendingBytes, channel.heldBytes], [0, 0]);
  });

  test(
    'a peer that goes away in the middle: no producer hangs, nothing is kept',
    { timeout: 60_000 },
    async (t) => {
      const { writer, reader } = await kind.connect(t);
      const channel = createChannel(writer);
      const random = printedRandom(t);
      const producers = Array.from({ length: 20 }, () =>
        produce(channel, createHash('sha256'), Infinity, random),
      );
      let read = 0;
      reader.on('data', (bytes: Buffer) => {
        read += bytes.length;
        if (read > 4 * MB) reader.destroy();
      });
      await Promise.all(producers);
      assert.equal((await channel.closed).reason, 'peer-gone');
      assert.deepEqual([channel.pendingBytes, channel.heldBytes], [0, 0]);
    },
  );

  test(
    'a reset in the middle: what has arrived is what was written first, byte by byte',
    { timeout: 60_000 },
    async (t) => {
      const { writer, reader } = await kind.connect(t);
      const channel = createChannel(writer);
      const received = createHash('sha256');
      let read = 0;
      reader.on('data', (bytes: Buffer) => {
        received.update(bytes);
        read += bytes.length;
        if (read > CUT_AFTER_BYTES) channel.evict('test');
      });
      const gone = new Promise((resolve) => reader.once('close', resolve));
      const random = printedRandom(t);
      const written: Buffer[] = [];
      while (await channel.ready()) {
        const bytes = message(random);
        channel.write(bytes);
        written.push(bytes);
      }
      await gone;
      const sent = createHash('sha256');
      let left = read;
      for (const bytes of written) {
        sent.update(bytes.subarray(0, left));
        left = Math.max(0, left - bytes.length);
      }
      assert.equal(left, 0, 'nothing arrives that was not written');
      assert.equal(received.digest('hex'), sent.digest('hex'));
    },
  );

  test(
    'a thousand producers: pending stays within the high mark and one message, and none hangs after close',
    { timeout: 60_000 },
    async (t) => {
      const { writer, reader } = await kind.connect(t);
      const channel = createChannel(writer);
      const block = Buffer.alloc(8 * KB);
      let [most, blocks, stopped] = [0, 0, 0];
      const producers = Array.from({ length: 1000 }, async () => {
        while (await channel.ready()) {
          channel.write(block);
          blocks += 1;
          most = Math.max(most, channel.pendingBytes);
        }
        stopped += 1;
      });
      let read = 0;
      reader.on('data', (bytes: Buffer) => {
        read += bytes.length;
        // Slower than they write.
        reader.pause();
        setImmediate(() => reader.resume());
        if (read > CUT_AFTER_BYTES) channel.evict('test');
      });
      await Promise.all(producers);
      assert.equal(stopped, 1000);
      assert.ok(blocks * block.length > CUT_AFTER_BYTES, `${blocks} written`);
      assert.ok(most <= (256 + 8) * KB, `${most} pending`);
      assert.deepEqual([channel.pendingBytes, channel.heldBytes], [0, 0]);
    },
  );

  test('a peer that never reads, evicted: it is disconnected, and nothing is kept', async (t) => {
    const { writer, reader } = await kind.connect(t);
    const channel = createChannel(writer);
    const block = Buffer.alloc(MB);
    while (channel.isWritable() || channel.blockedSinceMs === Infinity) {
      if (channel.isWritable()) channel.write(block);
      await sleep(1);
    }
    assert.equal(channel.isWritable(), false);
    const waiting = channel.ready();
    channel.evict('test');
    assert.equal(await waiting, false);
    assert.equal(channel.write(block), false);
    assert.deepEqual([channel.pendingBytes, channel.heldBytes], [0, 0]);
    reader.resume();
    // By a reset where there is TCP, so that the kernel keeps nothing for a peer that doesn't want it.
    if (!reader.closed) await new Promise((resolve) => reader.once('close', resolve));
  });

  test('a peer that had left before: the channel is closed, and no source is asked', async (t) => {
    const { writer, reader } = await kind.connect(t);
    reader.resume();
    const isGone = new Promise((resolve) => writer.once('close', () => resolve(undefined)));
    reader.destroy();
    await isGone;
    const channel = createChannel(writer);
    assert.equal(channel.state, 'closed');
    let asked = 0;
    function* rows(): Generator<string> {
      for (; asked < 1000; asked += 1) yield 'a row';
    }
    assert.equal(await pipe(rows(), channel), false);
    assert.deepEqual([asked, await channel.ready(), channel.write('x')], [0, false, false]);
  });

  test('a peer that leaves while nothing is written', async (t) => {
    const { writer, reader } = await kind.connect(t);
    const channel = createChannel(writer);
    channel.write('hello');
    reader.once('data', () => reader.destroy());
    assert.equal((await channel.closed).reason, 'peer-gone');
    assert.equal(await channel.ready(), false);
  });
}

for (const kind of KINDS) describe(kind.name, () => holds(kind));

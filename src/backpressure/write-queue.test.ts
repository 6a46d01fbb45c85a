import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SlabPool } from './slab-pool.ts';
import type { Chunk } from './chunks.ts';
import { COPY_UP_TO_BYTES, WriteQueue } from './write-queue.ts';
import { histories } from '../../test/harness/histories.ts';

/** What a test does to a queue, with how many bytes. */
type Step = readonly ['write' | 'text' | 'encode' | 'take', number];

const sizes = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: COPY_UP_TO_BYTES - 2, max: COPY_UP_TO_BYTES + 2 }),
  fc.integer({ min: 0, max: 150_000 }),
);
const steps = fc.array(fc.tuple(fc.constantFrom('write', 'text', 'encode', 'take'), sizes), {
  maxLength: 60,
});

/** Bytes that are the same nowhere else. */
function bytesFrom(first: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i += 1) bytes[i] = ((first + i) * 2_654_435_761) >>> 11;
  return bytes;
}

function concat(chunks: readonly Chunk[]): Buffer {
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
}

/** Checks a queue against one long buffer; what is in a slice is looked at late, after others have used the pool. */
function checkStream(given: readonly Step[]): void {
  const pool = new SlabPool();
  const queue = new WriteQueue(pool, true);
  const other = new WriteQueue(pool, true);
  const written: Buffer[] = [];
  const received: Buffer[] = [];
  let total = 0;
  const take = (bytes: number): void => {
    const before = queue.bytes;
    const taken = queue.take(bytes);
    assert.ok(taken <= bytes && (taken > 0 || before === 0 || bytes === 0));
    // Someone else's bytes must not show up in ours.
    other.write(Buffer.alloc(1000, 'x'));
    received.push(concat(queue.slice));
    queue.taken();
    other.take(1000);
    other.taken();
  };
  for (const [kind, size] of given) {
    if (kind === 'take') {
      take(size);
      continue;
    }
    const bytes = kind === 'text' ? Buffer.from('é'.repeat(size % 2000)) : bytesFrom(total, size);
    if (kind === 'write') queue.write(bytes);
    else if (kind === 'text') queue.write(bytes.toString());
    else queue.encode(size + 10, (target, start) => bytes.copy(target, start));
    written.push(bytes);
    total += bytes.length;
    assert.ok(queue.heldBytes >= queue.bytes);
  }
  while (!queue.isEmpty) take(50_000);
  assert.ok(Buffer.concat(received).equals(Buffer.concat(written)));
  assert.deepEqual([queue.bytes, queue.heldBytes], [0, 0]);
}

test('every byte leaves in order, once, and a drained queue holds nothing', () => {
  fc.assert(fc.property(steps, checkStream), { numRuns: histories(300) });
});

test('messages stay whole and apart', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5000 })),
      fc.integer({ min: 1, max: 9000 }),
      (lengths, slice) => {
        const queue = new WriteQueue(new SlabPool(), false);
        const messages = lengths.map((length, i) => bytesFrom(i * 7919, length));
        for (const [i, message] of messages.entries()) {
          if (i % 2 === 0) queue.write(message);
          else queue.encode(message.length, (target, start) => message.copy(target, start));
        }
        const received: Buffer[] = [];
        while (!queue.isEmpty) {
          queue.take(slice);
          received.push(...queue.slice.map((chunk) => Buffer.from(chunk)));
          queue.taken();
        }
        // An encoder that writes nothing has written no message.
        assert.deepEqual(
          received,
          messages.filter((message, i) => i % 2 === 0 || message.length > 0),
        );
      },
    ),
  );
});

test('after clear() slabs that may still be read by the kernel are not used again', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 10_000 }), (given, slice) => {
      const pool = new SlabPool();
      const queue = new WriteQueue(pool, true);
      for (const [, size] of given) queue.write(bytesFrom(size, size % 3000));
      queue.take(slice);
      const kept = [...queue.slice];
      const before = concat(kept);
      queue.clear();
      assert.deepEqual([queue.bytes, queue.heldBytes, queue.isEmpty], [0, 0, true]);
      const other = new WriteQueue(pool, true);
      for (let i = 0; i < 300; i += 1) other.write(Buffer.alloc(2000, 'x'));
      assert.ok(concat(kept).equals(before));
    }),
  );
});

test('small writes are copied, so that the caller may use its buffer again; large ones are not', () => {
  const queue = new WriteQueue(new SlabPool(), true);
  const small = Buffer.alloc(COPY_UP_TO_BYTES, 'a');
  const large = Buffer.alloc(COPY_UP_TO_BYTES + 1, 'b');
  queue.write(small);
  queue.write(large);
  small.fill('x');
  queue.take(1_000_000);
  assert.equal(Buffer.from(queue.slice[0] ?? '').toString(), 'a'.repeat(COPY_UP_TO_BYTES));
  assert.equal(queue.slice[1], large);
});

test('of what may stay, a small part of a large allocation is copied, so that not all of that is kept', () => {
  const queue = new WriteQueue(new SlabPool(), true);
  const pooled = Buffer.from(new ArrayBuffer(64 * 1024), 8192, 8192).fill('a');
  const own = Buffer.alloc(100_000);
  queue.write(pooled, true);
  queue.write(own, true);
  pooled.fill('x');
  queue.take(1_000_000);
  assert.equal(Buffer.from(queue.slice[0] ?? '').toString(), 'a'.repeat(8192));
  assert.equal(queue.slice[1], own);
});

test('a stalled queue with one small write holds 4 KB, one with many has few slabs', () => {
  const queue = new WriteQueue(new SlabPool(), true);
  queue.write(Buffer.from('a'));
  assert.equal(queue.heldBytes, 4096);
  for (let i = 0; i < 200; i += 1) queue.write(Buffer.alloc(1000));
  assert.equal(queue.heldBytes, 4096 + 8192 + 16_384 + 3 * 65_536);
  queue.take(Infinity);
  assert.equal(queue.slice.length, 6);
});

test('an encoder that claims more than it may has written what it may', () => {
  const queue = new WriteQueue(new SlabPool(), true);
  queue.encode(10, () => 1000);
  queue.encode(10, () => -1);
  queue.encode(10, () => NaN);
  assert.equal(queue.bytes, 10);
});

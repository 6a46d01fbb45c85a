import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Kept, S3Fifo } from './s3-fifo.ts';

const LIMIT = 100;

/** A cache of entries of one byte each, or more. */
class Cache {
  readonly entries = new Map<string, Kept>();
  readonly eviction = new S3Fifo(LIMIT);

  ask(key: string, bytes: number = 1): boolean {
    const kept = this.entries.get(key);
    if (kept !== undefined) {
      kept.wasAsked = true;
      return true;
    }
    this.#take(key, bytes, undefined);
    return false;
  }

  replace(key: string, bytes: number): void {
    const before = this.entries.get(key);
    if (before !== undefined) this.#take(key, bytes, before);
  }

  drop(key: string): void {
    const kept = this.entries.get(key);
    if (kept === undefined) return;
    this.eviction.remove(kept);
    this.entries.delete(key);
  }

  #take(key: string, bytes: number, before: Kept | undefined): void {
    const links = { queue: undefined, previous: undefined, next: undefined };
    const kept: Kept = { key, bytes, wasAsked: before?.wasAsked ?? false, ...links };
    this.entries.set(key, kept);
    if (before === undefined) this.eviction.add(kept);
    else this.eviction.replace(before, kept);
    for (let out = this.eviction.evict(); out !== undefined; out = this.eviction.evict())
      this.entries.delete(out.key);
  }
}

test('whatever happens, it holds what it says and no more than the limit, and gives up nothing without need', () => {
  const step = fc.record({
    what: fc.constantFrom('ask', 'ask', 'ask', 'replace', 'drop'),
    key: fc.nat(60).map(String),
    bytes: fc.integer({ min: 1, max: 30 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const cache = new Cache();
      for (const { what, key, bytes } of steps) {
        const heldBytes = cache.eviction.bytes;
        const held = cache.entries.size;
        if (what === 'ask') cache.ask(key, bytes);
        else if (what === 'replace') cache.replace(key, bytes);
        else cache.drop(key);
        let sum = 0;
        for (const kept of cache.entries.values()) sum += kept.bytes;
        assert.equal(cache.eviction.bytes, sum);
        assert.equal(cache.eviction.count, cache.entries.size);
        assert.ok(sum <= LIMIT);
        if (what === 'ask' && heldBytes + bytes <= LIMIT) assert.ok(cache.entries.size >= held);
      }
    }),
  );
});

test('what is asked for again survives any number that are asked for once', () => {
  const cache = new Cache();
  for (let i = 0; i < 10_000; i += 1) {
    cache.ask(`once ${i}`);
    if (i % 10 === 0) assert.equal(cache.ask('popular'), i > 0);
  }
});

test('what is replaced stays where it was', () => {
  const cache = new Cache();
  for (let i = 0; i < 2; i += 1) cache.ask('popular');
  // Through the small queue into the main one.
  for (let i = 0; i < 200; i += 1) cache.ask(`once ${i}`);
  cache.replace('popular', 1);
  for (let i = 0; i < 200; i += 1) cache.ask(`once more ${i}`);
  assert.ok(cache.entries.has('popular'));
});

/** Hits in percent after everybody asks for other things than before: `keys` of them, in turn. */
function hitsAfterChange(keys: number): number {
  const cache = new Cache();
  for (let i = 0; i < 20_000; i += 1) cache.ask(`before ${i % 80}`);
  let hits = 0;
  for (let i = 0; i < 20 * keys; i += 1) if (cache.ask(`after ${i % keys}`)) hits += 1;
  return (100 * hits) / (20 * keys);
}

test('when all that was popular is popular no longer, what is now soon has the room', () => {
  // Of twenty rounds over 80 keys that fit, all but the first few are hits; with a small queue of 10 none would be kept at first.
  assert.ok(hitsAfterChange(80) >= 80, String(hitsAfterChange(80)));
  assert.ok(hitsAfterChange(40) >= 80, String(hitsAfterChange(40)));
});

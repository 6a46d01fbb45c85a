import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type MemoryStore, memoryStore } from './memory.ts';
import { storedEntry } from '../../../test/harness/stored-entry.ts';

const KB = 1024;

const ENTRY = Object.freeze(storedEntry(0, 1000));

function store(limitBytes: number): MemoryStore {
  return memoryStore({ limitBytes, now: () => 0 });
}

function put(into: MemoryStore, key: string, bytes: number): boolean {
  return into.put(key, ENTRY, new Uint8Array(bytes), into.get(key).version);
}

const has = (into: MemoryStore, key: string): boolean => into.get(key).record !== undefined;

test('it stays within its bytes, whatever is put and asked for', () => {
  const operation = fc.tuple(fc.boolean(), fc.nat(40), fc.nat(20 * KB));
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
      const kept = store(64 * KB);
      for (const [isPut, key, bytes] of operations) {
        if (isPut) put(kept, `key ${key}`, bytes);
        else kept.get(`key ${key}`);
        assert.ok(kept.stats().bytes <= 64 * KB);
      }
      let entries = 0;
      for (let key = 0; key <= 40; key += 1) if (has(kept, `key ${key}`)) entries += 1;
      assert.equal(kept.stats().entries, entries);
    }),
  );
});

test('a hundred thousand keys that are asked for once take no more than its bytes, and leave what is asked for', () => {
  const kept = store(256 * KB);
  put(kept, 'popular', KB);
  for (let i = 0; i < 100_000; i += 1) {
    put(kept, `once ${i}`, KB);
    if (i % 10 === 0) assert.ok(has(kept, 'popular'), `gone after ${i}`);
  }
  assert.ok(kept.stats().bytes <= 256 * KB);
  assert.ok(kept.stats().evictions > 99_000);
});

test('what is larger than all it may hold is not stored, and does not stay in its older version', () => {
  const kept = store(16 * KB);
  assert.equal(put(kept, 'a', KB), true);
  assert.equal(put(kept, 'a', 20 * KB), false);
  assert.equal(has(kept, 'a'), false);
});

test('an invalidation is remembered although many came after it', () => {
  const kept = store(64 * KB);
  const { version } = kept.get('a');
  kept.invalidate('a', 1);
  for (let i = 0; i < 20_000; i += 1) kept.invalidate(`other ${i}`, 1);
  assert.equal(kept.put('a', ENTRY, new Uint8Array(1), version), false);
});

test('an invalidated tag is remembered although many came after it', () => {
  const kept = store(64 * KB);
  kept.put('a', { ...ENTRY, tags: ['x'], epoch: kept.epoch() }, new Uint8Array(1), kept.get('a').version);
  kept.invalidateTags(['x']);
  for (let i = 0; i < 20_000; i += 1) kept.invalidateTags([`other ${i}`]);
  assert.equal(has(kept, 'a'), false);
});

test('closed, it holds nothing', () => {
  const kept = store(64 * KB);
  put(kept, 'a', KB);
  kept.close();
  assert.deepEqual({ ...kept.stats(), evictions: 0 }, { entries: 0, bytes: 0, evictions: 0 });
});

test('a limit that is none is refused', () => {
  assert.throws(() => memoryStore({ limitBytes: 10 }), {
    code: 'RESPITE_OPTIONS_INVALID',
    message: 'memoryStore.limitBytes must be a whole number of at least 1024, got 10',
  });
});

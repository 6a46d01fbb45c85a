import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Moments } from '../protocol.ts';
import { Curves } from './curves.ts';

const some = (from: number, count: number, given: Partial<Moments> = {}): Moments => ({
  from,
  isFresh: false,
  firstAtMs: from * 1000,
  sinceMs: Array.from({ length: count }, (_, i) => i * 1000),
  curves: { served: Array.from({ length: count }, (_, i) => from + i), limit: 5, p99Ms: null },
  ...given,
});

test('what comes is added; a number stands for a curve that does not change, null for what is not known', () => {
  const curves = new Curves();
  curves.add(some(0, 3, { isFresh: true }));
  curves.add(some(3, 2));
  const slice = curves.between(1000, 3000);
  assert.deepEqual([...slice.atMs], [1000, 2000, 3000]);
  assert.deepEqual([...slice.curve('served')], [1, 2, 3]);
  assert.deepEqual([...slice.curve('limit')], [5, 5, 5]);
  assert.ok(Number.isNaN(slice.curve('p99Ms')[0]));
  assert.deepEqual(
    [curves.isKnown('limit'), curves.isKnown('p99Ms'), curves.isKnown('x')],
    [true, false, false],
  );
  assert.equal(curves.at('served', 2500), 2);
  assert.ok(Number.isNaN(curves.at('served', -1)));
});

test('nothing twice, and a fresh one begins anew', () => {
  const curves = new Curves();
  curves.add(some(0, 5, { isFresh: true }));
  curves.add(some(3, 4));
  assert.deepEqual([...curves.between(0, 1e9).curve('served')], [0, 1, 2, 3, 4, 5, 6]);
  curves.add(some(0, 2, { isFresh: true, firstAtMs: 50_000 }));
  assert.deepEqual([...curves.between(0, 1e9).atMs], [50_000, 51_000]);
});

test('the last hour and no more, for hours', () => {
  const curves = new Curves();
  for (let i = 0; i < 40; i += 1) curves.add(some(i * 300, 300));
  const slice = curves.between(0, 1e12);
  assert.equal(slice.atMs.length, 3600);
  assert.deepEqual([slice.curve('served')[0], slice.curve('served').at(-1)], [8400, 11_999]);
  assert.deepEqual([curves.firstAtMs, curves.lastAtMs], [8_400_000, 11_999_000]);
});

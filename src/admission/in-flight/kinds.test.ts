import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kinds } from './kinds.ts';

function answer(kinds: Kinds, times: number, waitedMs: number, name = 'GET /'): void {
  for (let i = 0; i < times; i += 1) {
    kinds.answered(name, waitedMs);
    if (!kinds.isCurious) kinds.take(0);
  }
}

test('usual is what 95 of 100 waited at most; a few that took longer only count as the longest', () => {
  const kinds = new Kinds();
  answer(kinds, 96, 40);
  answer(kinds, 3, 3000);
  kinds.take(0);
  kinds.answered('GET /', 40);
  assert.deepEqual(kinds.take(0).answered, [{ kind: 'GET /', usualMs: 62.5, longestMs: 3000, count: 100 }]);
  answer(kinds, 20, 3000);
  kinds.take(0);
  kinds.answered('GET /', 40);
  assert.equal(kinds.take(0).answered[0]?.usualMs, 4000);
});

test('between two readings eight are looked up; a slow one is reported all the same', () => {
  const kinds = new Kinds();
  for (let i = 0; i < 8; i += 1) kinds.answered('GET /a', 10);
  assert.equal(kinds.isCurious, false);
  kinds.answered('GET /b', 5000);
  assert.deepEqual(kinds.take(0).answered, [
    { kind: 'GET /a', usualMs: 62.5, longestMs: 10, count: 8 },
    { kind: 'GET /b', usualMs: 5000, longestMs: 5000, count: 0 },
  ]);
  assert.equal(kinds.isCurious, true);
});

test('paths that differ by an identifier are of one kind, and there are at most 200 and one more', () => {
  const kinds = new Kinds();
  kinds.answered('GET /users/17/photo', 1);
  kinds.answered('GET /users/18/photo', 1);
  assert.deepEqual(
    kinds.take(0).answered.map(({ kind }) => kind),
    ['GET /users/*/photo'],
  );
  const names = Array.from({ length: 300 }, (_, i) => `GET /${'x'.repeat(i + 1)}`);
  for (const name of names) answer(kinds, 1, 1, name);
  kinds.gaveUp('GET /other', 1);
  assert.deepEqual(kinds.take(0).gaveUp, [{ kind: '_OTHER', waitedMs: 1 }]);
});

test('the longest wait fades after an hour or two', () => {
  const kinds = new Kinds();
  const longest = (atMs: number): number | undefined => {
    kinds.take(atMs);
    kinds.answered('GET /', 10);
    return kinds.take(atMs).answered[0]?.longestMs;
  };
  kinds.take(0);
  kinds.answered('GET /', 60_000);
  assert.equal(longest(1_800_000), 60_000);
  assert.equal(longest(3_600_001), 60_000);
  assert.equal(longest(7_200_002), 10);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type End, toBlame } from './blame.ts';

const end = (atMs: number, ...names: readonly string[]): End => ({ atMs, names, running: undefined });

test('a check in its synchronous part is to blame at once, one that waits alone is not', () => {
  assert.deepEqual(toBlame([{ ...end(0, 'a', 'b'), running: 'b' }]), ['b']);
  assert.deepEqual(toBlame([end(0, 'a')]), []);
});

test('of several, those that were under way at three ends in a row', () => {
  const two = [end(0, 'a', 'b'), end(1000, 'a', 'b', 'c')];
  assert.deepEqual(toBlame(two), []);
  assert.deepEqual(toBlame([...two, end(2000, 'a', 'c', 'd')]), ['a']);
  assert.deepEqual(toBlame([...two, end(2000, 'x', 'y')]), []);
});

test('ends that are far apart have nothing to do with each other', () => {
  assert.deepEqual(toBlame([end(0, 'a', 'b'), end(1000, 'a', 'b'), end(70_000, 'a', 'b')]), []);
});

test('without an end, or a suspect, there is none to blame', () => {
  assert.deepEqual(toBlame([]), []);
  assert.deepEqual(toBlame([end(0), end(1), end(2)]), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedLeaves, leavesOf } from './leaves.ts';

const changed = (before: unknown, now: unknown): readonly string[] =>
  changedLeaves(leavesOf(before), leavesOf(now));

test('options that differ are named by their paths', () => {
  assert.deepEqual(
    changed(
      { supervisor: { workers: 2, warmUp: ['GET /a', 'GET /b'] }, management: { token: 'a' }, same: 1 },
      { supervisor: { workers: 3, warmUp: ['GET /a', 'GET /c'], heapMb: 64 }, same: 1 },
    ),
    ['management.token', 'supervisor.heapMb', 'supervisor.warmUp[1]', 'supervisor.workers'],
  );
});

test('text is no number, and what is undefined is not there', () => {
  assert.deepEqual(changed({ a: 1, b: undefined }, { a: '1' }), ['a']);
});

test('functions are compared by their source, objects of a class by its name', () => {
  class Client {
    readonly at = Math.random();
  }
  const check = (limit: number): object => ({ run: () => limit, client: new Client() });
  assert.deepEqual(changed(check(1), check(2)), []);
  assert.deepEqual(changed(check(1), { run: () => 7, client: new Client() }), ['run']);
});

test('an object that holds itself, one that throws, and one without a class', () => {
  const odd: Record<string, unknown> = Object.assign(Object.create(null) as object, { a: 1 });
  odd['self'] = odd;
  Object.defineProperty(odd, 'throws', {
    enumerable: true,
    get: () => {
      throw new Error('no');
    },
  });
  assert.deepEqual(changed(odd, odd), []);
  assert.equal(leavesOf(odd).get('a'), '1');
});

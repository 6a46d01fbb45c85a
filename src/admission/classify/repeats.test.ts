import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRepeat, Repeats } from './repeats.ts';

const FIRST = {};
const SECOND = { 'respite-attempt': '2' };

function arrive(repeats: Repeats, count: number, headers: typeof FIRST, nowMs: number): void {
  for (let i = 0; i < count; i += 1) repeats.arrives(headers, nowMs);
}

test('a request is a repeat from its second attempt on', () => {
  assert.deepEqual(
    [FIRST, { 'respite-attempt': '1' }, SECOND].map((headers) => isRepeat(headers)),
    [false, false, true],
  );
});

test('repeats are many from a tenth of the requests on', () => {
  const repeats = new Repeats();
  arrive(repeats, 91, FIRST, 0);
  arrive(repeats, 9, SECOND, 0);
  assert.deepEqual([repeats.areSome(0), repeats.areMany(0)], [true, false]);
  arrive(repeats, 2, SECOND, 0);
  assert.equal(repeats.areMany(0), true);
});

test('fewer than twenty requests say nothing', () => {
  const repeats = new Repeats();
  arrive(repeats, 19, SECOND, 0);
  assert.equal(repeats.areMany(0), false);
  arrive(repeats, 1, SECOND, 0);
  assert.equal(repeats.areMany(0), true);
});

test('what is older than ten seconds does not count, also after a gap', () => {
  for (const steps of [[5000, 10_000], [10_000]]) {
    const repeats = new Repeats();
    arrive(repeats, 100, SECOND, 0);
    assert.equal(repeats.areMany(4999), true);
    for (const nowMs of steps) arrive(repeats, 50, FIRST, nowMs);
    assert.equal(repeats.areSome(steps.at(-1) ?? 0), false);
  }
});

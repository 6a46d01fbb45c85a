import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from './history.ts';

test('keeps the last moments, oldest first', () => {
  const history = new History(['a', 'b'], 3);
  assert.deepEqual([...history.curve('a').values], []);
  for (const i of [1, 2, 3, 4, 5]) history.add({ atMs: i * 1000, a: i, b: i === 4 ? Number.NaN : -i });
  const { atMs, values } = history.curve('b');
  assert.deepEqual([...atMs], [3000, 4000, 5000]);
  assert.deepEqual([...values], [-3, Number.NaN, -5]);
  history.add({ atMs: 6000, a: 6, b: -6 });
  assert.deepEqual([...values], [-3, Number.NaN, -5], 'a curve does not change any more');
});

test('a part of it by the numbers of its moments, over the end of the ring too', () => {
  const history = new History(['a'], 4);
  for (let i = 0; i < 10; i += 1) history.add({ atMs: i * 1000, a: i });
  assert.deepEqual([history.oldest, history.added], [6, 10]);
  assert.deepEqual([...history.curve('a').values], [6, 7, 8, 9]);
  assert.deepEqual([...history.curve('a', 7, 9).values], [7, 8]);
  assert.deepEqual([...history.times(7, 10)], [7000, 8000, 9000]);
  assert.deepEqual([...history.curve('a', 10, 10).values], []);
});

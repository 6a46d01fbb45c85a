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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Listed, UnderWay } from './under-way.ts';

function request(arrivedMs: number, name = 'GET /', waits = true): Listed & { waits: boolean } {
  return { arrivedMs, name, waits, before: undefined, after: undefined, waitedMs: 0 };
}

test('those that wait are counted, with the age of the oldest; those whose answer is on its way are not', () => {
  const list = new UnderWay();
  const [streams, first, second] = [request(0, 'GET /', false), request(100), request(200)];
  for (const each of [streams, first, second]) list.add(each);
  assert.deepEqual(list.look(1100), { count: 2, oldestMs: 1000, longestMs: 0 });
  first.waits = false;
  assert.deepEqual(list.look(1200), { count: 1, oldestMs: 1000, longestMs: 0 });
});

test('what is usual is learned from those that were answered, not from those that nobody waited for any longer', () => {
  const list = new UnderWay();
  const [answered, left] = [request(0), request(0)];
  list.add(answered);
  list.add(left);
  list.look(7000);
  list.remove(left, false);
  assert.equal(list.look(8000).longestMs, 0);
  list.remove(answered, true);
  list.remove(answered, true);
  assert.deepEqual(list.look(9000), { count: 0, oldestMs: 0, longestMs: 8000 });
});

test('by route, those that have waited for long enough, most first', () => {
  const list = new UnderWay();
  for (let i = 0; i < 3; i += 1) list.add(request(i, 'GET /b'));
  list.add(request(10, 'GET /a'));
  list.add(request(20, 'GET /c', false));
  assert.deepEqual(
    list.describeAll(1000).map(({ route }) => route),
    ['GET /b', 'GET /a', 'GET /c'],
  );
  for (let i = 0; i < 20; i += 1) list.add(request(900 + i, `GET /late/${i}`));
  assert.deepEqual(list.describe(1000, 500), [
    { route: 'GET /b', count: 3, oldestMs: 1000 },
    { route: 'GET /a', count: 1, oldestMs: 990 },
  ]);
  assert.equal(list.describe(10_000, 500).length, 10, 'bounded');
});

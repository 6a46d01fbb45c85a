import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadHistory } from './load-history.ts';

type Worker = Parameters<LoadHistory['add']>[1] extends Iterable<infer One> ? One : never;

const sample = (
  ...rows: readonly (readonly [route: string, method: string, status: number, count: number])[]
): Worker['sample'] => ({
  duration: {
    boundsSeconds: [1],
    series: rows.map(([route, method, status, count]) => ({
      route,
      method,
      status,
      counts: [count - 1, 1],
      sumSeconds: 0,
    })),
  },
});

test('requests of all workers are counted by second and route', () => {
  const history = new LoadHistory();
  const first: { sample: Worker['sample'] } = { sample: undefined };
  const second: { sample: Worker['sample'] } = { sample: sample(['/b', 'POST', 200, 1]) };
  history.add(1000, [first, second]);
  first.sample = sample(['/a/:id', 'GET', 200, 3], ['/a/:id', 'GET', 503, 1], ['', 'GET', 404, 2]);
  history.add(2000, [first, second]);
  // A sample that is the same as before, of a worker that stands still, counts once.
  second.sample = sample(['GET /a/:id', 'GET', 200, 5], ['/b', 'POST', 200, 1]);
  history.add(3000, [first, second]);
  assert.deepEqual(history.read(), {
    version: 1,
    endedAtMs: 3000,
    stepMs: 1000,
    routes: ['POST /b', 'GET /a/:id', 'GET *'],
    steps: [[1], [0, 4, 2], [0, 5]],
  });
});

test('it is bounded, whatever it is given', () => {
  const history = new LoadHistory();
  for (let second = 1; second <= 300; second += 1)
    history.add(second * 1000, [
      { sample: sample([`/r${second}`, 'GET', 200, 1], ['_OTHER', '_OTHER', 200, 2]) },
    ]);
  const { steps = [], routes = [] } = history.read() ?? {};
  assert.equal(steps.length, 120);
  assert.ok(routes.length <= 101, String(routes.length));
  assert.equal(
    steps.flat().reduce((sum, count) => sum + count, 0),
    3 * 120,
  );
});

test('without requests there is no load', () => {
  const history = new LoadHistory();
  history.add(1000, [{ sample: undefined }]);
  assert.equal(history.read(), undefined);
});

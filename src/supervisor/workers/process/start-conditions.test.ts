import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { StartConditions } from './start-conditions.ts';

function create(
  t: TestContext,
  keys: readonly string[],
  byMessage: boolean,
  listens: boolean = true,
  isStandby: boolean = false,
): [StartConditions, () => number, () => number] {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let met = 0;
  let warm = 0;
  const warmUp = { requests: [], timeoutMs: 0 };
  const start = new StartConditions({ readyByMessage: byMessage, listens, warmUp, isStandby }, keys, {
    onMet() {
      met += 1;
      start.close();
    },
    onWarm() {
      warm += 1;
    },
  });
  return [start, () => met, () => warm];
}

test('it is ready when it listens where its predecessors did, or 5 s after it listened on some', (t) => {
  const [start, met] = create(t, ['a', 'b'], false);
  assert.equal(start.lack, 'did not listen');
  start.listens('a');
  assert.deepEqual([met(), start.missing.size, start.acceptsOnSome], [0, 1, true]);
  t.mock.timers.tick(4999);
  assert.equal(met(), 0);
  t.mock.timers.tick(1);
  assert.deepEqual([met(), start.acceptsOnSome], [1, false]);
});

test('what it waits for itself holds it back, and says what was lacking', (t) => {
  const [start, met] = create(t, [], true);
  start.listens(undefined);
  assert.deepEqual([met(), start.waitsForHealth, start.acceptsOnSome], [0, false, false]);
  assert.equal(start.lack, "did not call process.send('ready') (supervisor.ready)");
  start.waits(['indicators'], ['postgres', 'redis']);
  assert.deepEqual([met(), start.waitsForHealth], [0, true]);
  assert.equal(start.lack, 'listened, but its critical health indicators were not up: postgres, redis');
  start.waits([], []);
  start.waits([], []);
  assert.deepEqual([met(), start.waitsForHealth], [1, false]);
});

test('one that need not listen is ready when it runs, whatever its predecessors listened on', (t) => {
  const [start, met] = create(t, ['a'], false, false);
  assert.equal(start.lack, 'did not come to run its event loop');
  start.listens(undefined);
  assert.deepEqual([met(), start.missing.size], [1, 0]);
});

test('one that need not listen may have to say that it is ready', (t) => {
  const [start, met] = create(t, [], true, false);
  start.listens(undefined);
  assert.equal(met(), 0);
  assert.equal(start.lack, "did not call process.send('ready') (supervisor.ready)");
  start.waits([], []);
  assert.equal(met(), 1);
});

test('one that has ended is not ready any more', (t) => {
  const [start, met] = create(t, ['a', 'b'], false);
  start.listens('a');
  start.close();
  t.mock.timers.tick(5000);
  start.listens('b');
  assert.equal(met(), 0);
});

test('a standby is warm when it lacks nothing but a place, and ready when it has that', (t) => {
  const [start, met, warm] = create(t, ['a'], true, true, true);
  start.listens('a');
  start.waits(['message', 'standby'], []);
  assert.deepEqual([met(), warm()], [0, 0]);
  assert.equal(start.lack, "did not call process.send('ready') (supervisor.ready)");
  start.waits(['standby'], []);
  start.waits(['standby'], []);
  assert.deepEqual([met(), warm(), start.acceptsOnSome], [0, 1, false]);
  assert.equal(start.lack, 'was a standby and did not begin to accept connections');
  start.waits([], []);
  assert.deepEqual([met(), warm()], [1, 1]);
});

test('health indicators hold a standby back only when it has a place', (t) => {
  const [start, met, warm] = create(t, [], false, true, true);
  start.listens(undefined);
  assert.equal(warm(), 1, 'without a word of the worker it is held back by nothing else');
  start.waits(['standby', 'indicators'], ['postgres']);
  assert.equal(start.waitsForHealth, false);
  start.waits(['indicators'], ['postgres']);
  assert.deepEqual([met(), start.waitsForHealth], [0, true]);
});

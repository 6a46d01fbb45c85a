import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pressure } from './pressure.ts';
import { addPressureSignal, watchShared } from './shared-signals.ts';

const pool = (value: number): Parameters<typeof addPressureSignal>[0] => ({
  name: 'pool',
  read: () => value,
  enter: 1,
  exit: 0,
});

test('everything that watches sees a signal, whichever came first, until it is taken away', () => {
  const before = new Pressure();
  const unwatch = [watchShared(before)];
  const remove = addPressureSignal(pool(0.4));
  const after = new Pressure();
  unwatch.push(watchShared(after));
  for (const pressure of [before, after]) pressure.sample(0);
  assert.deepEqual([before.overall, after.overall], [0.4, 0.4]);
  remove();
  remove();
  assert.deepEqual([before.overall, after.overall], [0, 0]);
  for (const stop of unwatch) stop();
});

test('who has stopped watching sees no signal, old or new', () => {
  const pressure = new Pressure();
  const removeOld = addPressureSignal(pool(0.4));
  watchShared(pressure)();
  removeOld();
  const removeNew = addPressureSignal(pool(0.5));
  pressure.sample(0);
  assert.deepEqual(pressure.levels(), []);
  removeNew();
});

test('a name is taken once, and the built-in ones are', () => {
  const remove = addPressureSignal(pool(0));
  for (const name of ['pool', 'memory', 'cpu']) {
    assert.throws(() => addPressureSignal({ ...pool(0), name }), {
      code: 'RESPITE_OPTIONS_INVALID',
      message: `pressure signal "${name}" is registered already`,
    });
  }
  remove();
  addPressureSignal(pool(0))();
});

test('a malformed signal is refused whole', () => {
  assert.throws(() => addPressureSignal({ ...pool(0), exit: 2 }), { code: 'RESPITE_OPTIONS_INVALID' });
  assert.throws(() => addPressureSignal({ ...pool(0), read: undefined as never }), /read must be a function/);
  addPressureSignal(pool(0))();
});

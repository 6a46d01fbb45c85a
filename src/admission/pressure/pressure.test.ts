import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pressure, type SignalDropped } from './pressure.ts';
import type { PressureSignal } from './signal.ts';

const of = (
  name: string,
  read: PressureSignal['read'],
  rest: Partial<PressureSignal> = {},
): PressureSignal => ({
  name,
  read,
  enter: 1,
  exit: 0,
  ...rest,
});

/** What was reported, as `name problem`. */
function reports(): { list: string[]; onDropped: SignalDropped } {
  const list: string[] = [];
  return { list, onDropped: (signal, problem) => list.push(`${signal} ${problem}`) };
}

test('overall is the largest, from the first sample on', () => {
  const pressure = new Pressure();
  pressure.register(of('a', () => 0.2));
  pressure.register(of('b', () => 0.7));
  assert.equal(pressure.overall, 0);
  assert.deepEqual(pressure.levels(), []);
  pressure.sample(0);
  assert.equal(pressure.overall, 0.7);
  assert.deepEqual(pressure.levels(), [
    { signal: 'a', state: 'live', value: 0.2, pressure: 0.2 },
    { signal: 'b', state: 'live', value: 0.7, pressure: 0.7 },
  ]);
});

test('what a gate answers is part of the overall pressure, and can be left out', () => {
  const pressure = new Pressure();
  pressure.register(
    of('in-flight', () => 0.9),
    true,
  );
  const forget = pressure.register(of('memory', () => 0.3));
  pressure.sample(0);
  assert.deepEqual([pressure.overall, pressure.withoutCheck], [0.9, 0.3]);
  forget();
  assert.deepEqual([pressure.overall, pressure.withoutCheck], [0.9, 0]);
});

for (const [problem, broken] of [
  ['not-finite', () => Number.NaN],
  ['not-finite', () => Infinity],
  ['not-finite', () => undefined as unknown as number],
  [
    'threw',
    () => {
      throw new Error('no pool');
    },
  ],
] as const) {
  test(`a signal that is ${problem} (${String(broken)}) is left out, reported once an episode, and taken back`, () => {
    let read: () => number = () => 1;
    const { list, onDropped } = reports();
    const pressure = new Pressure(onDropped);
    pressure.register(of('pool', () => read()));
    pressure.register(of('other', () => 0.3));
    for (let episode = 1; episode <= 2; episode += 1) {
      read = () => 1;
      pressure.sample(0);
      assert.equal(pressure.overall, 1);
      read = broken;
      for (let i = 0; i < 3; i += 1) pressure.sample(0);
      assert.equal(pressure.overall, 0.3);
      assert.deepEqual(pressure.levels()[0], { signal: 'pool', state: 'dropped', problem });
      assert.equal(list.length, episode);
    }
    assert.deepEqual(new Set(list), new Set([`pool ${problem}`]));
  });
}

test('a signal that breaks in another way is still the same episode', () => {
  let read: () => number = () => Number.NaN;
  const { list, onDropped } = reports();
  const pressure = new Pressure(onDropped);
  pressure.register(of('a', () => read()));
  pressure.sample(0);
  read = () => {
    throw new Error('worse');
  };
  pressure.sample(1);
  assert.deepEqual(list, ['a not-finite']);
  assert.deepEqual(pressure.levels(), [{ signal: 'a', state: 'dropped', problem: 'threw' }]);
});

test('what a signal threw is handed on', () => {
  const thrown = new Error('no pool');
  let cause: unknown;
  const pressure = new Pressure((_signal, _problem, why) => (cause = why));
  pressure.register(
    of('a', () => {
      throw thrown;
    }),
  );
  pressure.sample(0);
  assert.equal(cause, thrown);
});

test('a value that is delivered counts until it is stale, and again when there is a new one', () => {
  let updatedAtMs = 1000;
  const { list, onDropped } = reports();
  const pressure = new Pressure(onDropped);
  pressure.register(of('pushed', () => 1, { updatedAtMs: () => updatedAtMs, staleAfterMs: 300 }));
  pressure.register(of('by-default', () => 0.5, { updatedAtMs: () => 1000 }));
  pressure.register(of('never', () => 1, { updatedAtMs: () => Number.NaN }));
  pressure.sample(1299);
  assert.equal(pressure.overall, 1);
  pressure.sample(1300);
  pressure.sample(5999);
  assert.equal(pressure.overall, 0.5);
  pressure.sample(6000);
  assert.equal(pressure.overall, 0);
  updatedAtMs = 6000;
  pressure.sample(6000);
  assert.equal(pressure.overall, 1);
  assert.deepEqual(list, ['never stale', 'pushed stale', 'by-default stale']);
});

test('a signal that is taken away counts no more at once, and its name is free', () => {
  const pressure = new Pressure();
  const unregister = pressure.register(of('a', () => 1));
  pressure.sample(0);
  unregister();
  assert.equal(pressure.overall, 0);
  pressure.register(of('a', () => 0.5));
  pressure.sample(1);
  unregister();
  assert.equal(pressure.overall, 0.5, 'the second call takes nothing away');
});

const BAD: readonly (readonly [signal: Partial<PressureSignal>, message: RegExp])[] = [
  [{ name: 'Pool' }, /name must be lower-case .* got "Pool"$/],
  [{ name: '1-pool' }, /name must be lower-case/],
  [{ name: '' }, /name must be lower-case/],
  [{ exit: 1 }, /"pool": exit must be less than enter \(1\), got 1$/],
  [{ enter: Number.NaN }, /"pool": enter must be .* got NaN$/],
  [{ exit: -Infinity }, /"pool": exit must be .* got -Infinity$/],
  [{ staleAfterMs: 0 }, /"pool": staleAfterMs must be a number greater than 0, got 0$/],
  [{ name: 'taken' }, /"taken" is registered already$/],
];

for (const [wrong, message] of BAD) {
  test(`a signal with ${String(Object.entries(wrong)[0])} is refused`, () => {
    const pressure = new Pressure();
    pressure.register(of('taken', () => 0));
    assert.throws(() => pressure.register({ ...of('pool', () => 0), ...wrong }), {
      code: 'RESPITE_OPTIONS_INVALID',
      message,
    });
  });
}

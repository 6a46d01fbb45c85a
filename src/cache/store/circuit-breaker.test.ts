import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { isCircuitOpen } from './circuit-breaker.ts';
import type { Version } from './contract.ts';
import type { StoreErrorEvent, StoreStateEvent } from './events.ts';
import { guarded } from './guard.ts';
import { memoryStore } from './memory.ts';
import { isClosed, scene } from './moody-store.test.ts';

test('a store in this process needs no guard', () => {
  const store = memoryStore();
  assert.equal(guarded(store, { timeoutMs: 50 }), store);
});

test('who waits for a store that hangs waits for as long as is said; then nobody waits', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'hangs';
  const outcome = Promise.resolve(guard.get('a')).catch((error: unknown) => error);
  await pass(49);
  assert.equal(await Promise.race([outcome, Promise.resolve('waits')]), 'waits');
  await pass(2);
  assert.match(String(await outcome), /get took the store longer than 50 ms/);
  assert.throws(() => guard.get('a'), isCircuitOpen);
  assert.throws(() => guard.epoch(), isCircuitOpen);
});

test('a process that was busy does not blame the store', async (t) => {
  const { guard, store, pass } = scene(t);
  let answer: (() => void) | undefined;
  store.get = (key) =>
    new Promise((resolve) => {
      answer = () => resolve({ version: key, record: undefined, body: new Uint8Array(0) });
    });
  const outcome = Promise.resolve(guard.get('a'));
  // No turn of the loop for 200 ms; then the answer takes three turns more, as it took several questions.
  t.mock.timers.tick(200);
  await pass(3);
  answer?.();
  assert.equal((await outcome).version, 'a');
  assert.equal(await guard.epoch(), 0, 'in use');
});

test('an error now and then is only a miss', async (t) => {
  const { store, guard } = scene(t);
  for (let i = 0; i < 20; i += 1) {
    store.mode = i % 3 === 0 ? 'works' : 'fails';
    await Promise.resolve(guard.get('a')).catch(() => {});
  }
  store.mode = 'works';
  assert.ok(await isClosed(guard));
});

test('three errors in a row open the circuit; the store is probed after 100 ms, and then ever less often', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  for (let i = 0; i < 3; i += 1) await Promise.resolve(guard.get('a')).catch(() => {});
  assert.equal(await isClosed(guard), false);
  const tries: number[] = [];
  let asked = 0;
  store.epoch = () => {
    asked += 1;
    return Promise.reject(new Error('no connection'));
  };
  for (let ms = 1; ms <= 20_000; ms += 1) {
    const before = asked;
    await pass(1);
    if (asked > before) tries.push(ms);
  }
  assert.deepEqual(
    tries.map((at, i) => Math.round((at - (tries[i - 1] ?? 0)) / 100)),
    [1, 2, 4, 8, 16, 32, 50, 50],
  );
});

test('it is used again once it has answered', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'hangs';
  Promise.resolve(guard.get('a')).catch(() => {});
  await pass(52);
  store.mode = 'works';
  await pass(90);
  assert.equal(await isClosed(guard), false);
  await pass(20);
  assert.equal(await isClosed(guard), true);
});

test('a rejection that comes after its time is nobody’s problem', async (t) => {
  const { store, guard, pass } = scene(t);
  let reject: ((error: Error) => void) | undefined;
  store.get = () =>
    new Promise((_, no) => {
      reject = no;
    });
  const outcome = Promise.resolve(guard.get('a')).catch((error: unknown) => error);
  await pass(52);
  reject?.(new Error('too late'));
  assert.match(String(await outcome), /longer/);
});

test('events tell of failures, and of the circuit opening and closing', async (t) => {
  const { store, guard, pass } = scene(t);
  const said: string[] = [];
  const onError = (message: unknown): void => {
    const { operation, store: which } = message as StoreErrorEvent;
    if (which === store) said.push(`error ${operation}`);
  };
  const onState = (message: unknown): void => {
    const { circuit, store: which } = message as StoreStateEvent;
    if (which === store) said.push(circuit);
  };
  subscribe('respite:cache:store-error', onError);
  subscribe('respite:cache:store-state', onState);
  t.after(() => {
    unsubscribe('respite:cache:store-error', onError);
    unsubscribe('respite:cache:store-state', onState);
  });
  store.mode = 'fails';
  await guard.invalidate('a', 1);
  store.mode = 'works';
  await pass(102);
  assert.deepEqual(said, ['error invalidate', 'open', 'closed']);
});

test('versions pass as they are', async (t) => {
  const { store, guard } = scene(t);
  const { version } = await guard.get('a');
  const seen: Version[] = [];
  store.put = (_key, _record, _body, expected) => {
    seen.push(expected);
    return Promise.resolve(true);
  };
  await guard.put(
    'a',
    { kind: 'vary', fields: [], generation: '', variants: [], expiresAt: 1 },
    new Uint8Array(0),
    version,
  );
  assert.deepEqual(seen, [version]);
});

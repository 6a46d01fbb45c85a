import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type TestContext, test } from 'node:test';
import type { CacheStore, Version } from './contract.ts';
import type { StoreErrorEvent, StoreStateEvent } from './events.ts';
import { guarded, isLeftAlone } from './guard.ts';
import { memoryStore } from './memory.ts';

type Mode = 'works' | 'fails' | 'hangs';

/** A store that works, fails or hangs, and remembers what it was told. */
class Moody implements CacheStore {
  mode: Mode = 'works';
  readonly told: string[] = [];
  readonly #memory = memoryStore();

  #do<T>(what: string, run: () => T): Promise<T> {
    if (this.mode === 'hangs') return new Promise(() => {});
    if (this.mode === 'fails') return Promise.reject(new Error('no connection'));
    this.told.push(what);
    return Promise.resolve().then(run);
  }

  get = (key: string) => this.#do(`get ${key}`, () => this.#memory.get(key));
  put = (...args: Parameters<CacheStore['put']>) => this.#do('put', () => this.#memory.put(...args));
  update = (...args: Parameters<CacheStore['update']>) =>
    this.#do('update', () => this.#memory.update(...args));
  invalidate = (key: string) => this.#do(`invalidate ${key}`, () => this.#memory.invalidate(key, 1));
  delete = (key: string) => this.#do(`delete ${key}`, () => this.#memory.delete(key));
  epoch = () => this.#do('epoch', () => this.#memory.epoch());
  invalidateTags = (tags: readonly string[]) =>
    this.#do(`tags ${tags.join()}`, () => this.#memory.invalidateTags(tags));
  flush = () => this.#do('flush', () => this.#memory.flush());
  close(): void {
    this.told.push('close');
  }
}

/** A guarded store, and time that passes when it is told to. */
function scene(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const store = new Moody();
  const guard = guarded(store, { timeoutMs: 50, random: () => 0.5 });
  /** One millisecond after the other, with all that comes of it. */
  const pass = async (ms: number): Promise<void> => {
    for (let i = 0; i < ms; i += 1) {
      t.mock.timers.tick(1);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  };
  return { store, guard, pass };
}

const isTrusting = async (guard: CacheStore): Promise<boolean> => {
  try {
    await guard.get('probe');
    return true;
  } catch (error) {
    assert.ok(isLeftAlone(error));
    return false;
  }
};

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
  assert.throws(() => guard.get('a'), isLeftAlone);
  assert.throws(() => guard.epoch(), isLeftAlone);
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
  assert.ok(await isTrusting(guard));
});

test('left alone after three errors in a row, it is asked again after 100 ms, and then ever less often', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  for (let i = 0; i < 3; i += 1) await Promise.resolve(guard.get('a')).catch(() => {});
  assert.equal(await isTrusting(guard), false);
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
  assert.equal(await isTrusting(guard), false);
  await pass(20);
  assert.equal(await isTrusting(guard), true);
});

test('what was invalidated without it is invalidated before anything is taken from it', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  await guard.invalidate('a', 1000);
  assert.equal(await isTrusting(guard), false, 'one is enough');
  await guard.invalidate('b', 1000);
  await guard.invalidateTags(['x', 'y']);
  await guard.invalidateTags(['x']);
  await guard.delete('c');
  store.mode = 'works';
  assert.deepEqual(store.told, []);
  await pass(102);
  assert.deepEqual(store.told, ['epoch', 'invalidate a', 'invalidate b', 'invalidate c', 'tags x,y']);
  assert.equal(await isTrusting(guard), true);
  assert.equal(store.told.at(-1), 'get probe');
});

test('an invalidation that takes too long counts as not done', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'hangs';
  const done = Promise.resolve(guard.invalidate('a', 1000));
  await pass(52);
  await done;
  store.mode = 'works';
  await pass(102);
  assert.deepEqual(store.told, ['epoch', 'invalidate a']);
});

test('what is invalidated while it is being told the rest is told as well', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  await guard.invalidate('a', 1000);
  store.mode = 'works';
  const invalidate = store.invalidate;
  let isFirst = true;
  store.invalidate = async (key) => {
    if (isFirst) {
      isFirst = false;
      await guard.invalidate('b', 1000);
    }
    await invalidate(key);
  };
  await pass(102);
  assert.deepEqual(store.told, ['epoch', 'invalidate a', 'invalidate b']);
});

test('telling that fails is done again from where it failed', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  for (let i = 0; i < 250; i += 1) await guard.invalidate(String(i), 1000);
  const { invalidate } = store;
  const told = new Set<string>();
  let calls = 0;
  store.mode = 'works';
  store.invalidate = (key) => {
    calls += 1;
    if (calls === 150) return Promise.reject(new Error('gone again'));
    told.add(key);
    return invalidate(key);
  };
  await pass(110);
  assert.equal(await isTrusting(guard), false);
  await pass(210);
  assert.equal(await isTrusting(guard), true);
  assert.equal(told.size, 250);
});

test('too many to be remembered make everything void', async (t) => {
  const { store, guard, pass } = scene(t);
  store.mode = 'fails';
  for (let i = 0; i <= 10_000; i += 1) await guard.invalidate(String(i), 1000);
  store.mode = 'works';
  await pass(102);
  assert.deepEqual(store.told, ['epoch', 'flush']);
});

test('the last chance to tell it is when it is closed', async (t) => {
  const { store, guard } = scene(t);
  store.mode = 'fails';
  await guard.invalidate('a', 1000);
  store.mode = 'works';
  await guard.close();
  assert.deepEqual(store.told, ['invalidate a', 'close']);
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

test('it says when it fails, is left alone, and is in use again', async (t) => {
  const { store, guard, pass } = scene(t);
  const said: string[] = [];
  const onError = (message: unknown): void => {
    const { operation, store: which } = message as StoreErrorEvent;
    if (which === store) said.push(`error ${operation}`);
  };
  const onState = (message: unknown): void => {
    const { isTrusted, store: which } = message as StoreStateEvent;
    if (which === store) said.push(isTrusted ? 'trusted' : 'left alone');
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
  assert.deepEqual(said, ['error invalidate', 'left alone', 'trusted']);
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
